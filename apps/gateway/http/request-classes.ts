import { getMetadataStorage } from 'class-validator';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { OPERATION_KEY } from './access';

export interface RequestClasses {
  /** Classes of bodies and what stands inside them, by name. */
  byName: ReadonlyMap<string, object>;
  /** Classes among the arguments of each operation, by its id. */
  byOperation: ReadonlyMap<string, readonly object[]>;
}

/** What requests are checked against, read off the controllers. */
export function requestClasses(discovery: DiscoveryService): RequestClasses {
  const byOperation = new Map<string, readonly object[]>();
  for (const { instance } of discovery.getControllers()) {
    const prototype = Object.getPrototypeOf(instance ?? {}) as Record<string, (...args: unknown[]) => unknown>;
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const operation = Reflect.getMetadata(OPERATION_KEY, prototype[name]) as string | undefined;
      const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as unknown[];
      if (operation !== undefined) byOperation.set(operation, types.filter(isChecked));
    }
  }
  const byName = new Map<string, object>();
  for (const target of checkedClasses()) byName.set(target.name, target);
  return { byName, byOperation };
}

function isChecked(type: unknown): type is object {
  return (
    typeof type === 'function' && getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0
  );
}

/** Every class with rules: those inside of others are arguments of nobody. */
function checkedClasses(): { name: string }[] {
  const { validationMetadatas } = getMetadataStorage() as unknown as {
    validationMetadatas: ReadonlyMap<{ name: string } | string, unknown>;
  };
  return [...validationMetadatas.keys()].filter((target) => typeof target === 'function');
}
