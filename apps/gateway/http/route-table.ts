import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { OPERATION_KEY, ROLES_KEY, type RouteAccess } from './access';

export interface RouteEntry {
  method: string;
  /** As Fastify knows it: `/api/v1/dossiers/:code`. */
  path: string;
  operation: string;
  access: RouteAccess;
}

/** Every HTTP route of the controllers with what it declares.
 *  @throws Error that names each route without `@Roles` or `@Public`, or without `@Operation`: the gateway does not start with one */
export function routeTable(discovery: DiscoveryService): RouteEntry[] {
  const entries = discovery
    .getControllers()
    .flatMap(({ metatype, instance }) => (metatype && instance ? routesOf(metatype, instance as object) : []));
  const open = entries.filter((entry) => entry.access === undefined || entry.operation === undefined);
  if (open.length > 0)
    throw new Error(
      `routes without declared roles or operation: ${open.map((entry) => `${entry.method} ${entry.path}`).join(', ')}`,
    );
  return entries as RouteEntry[];
}

/** @throws Error that names what Fastify serves and no controller declares (a plugin that brings a route past the guard) */
export function refuseUndeclaredRoutes(
  served: readonly { method: string; path: string }[],
  declared: readonly RouteEntry[],
): void {
  const known = new Set(declared.map((entry) => `${entry.method} ${entry.path}`));
  const strange = served.filter((route) => route.method !== 'HEAD' && !known.has(`${route.method} ${route.path}`));
  if (strange.length > 0)
    throw new Error(
      `routes that no controller declares: ${strange.map((route) => `${route.method} ${route.path}`).join(', ')}`,
    );
}

function routesOf(controller: object, instance: object): Partial<RouteEntry>[] {
  const prototype = Object.getPrototypeOf(instance) as Record<string, (...args: unknown[]) => unknown>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    return [
      {
        method: RequestMethod[method],
        path: join(
          Reflect.getMetadata(PATH_METADATA, controller) as string,
          Reflect.getMetadata(PATH_METADATA, handler) as string,
        ),
        operation: Reflect.getMetadata(OPERATION_KEY, handler) as string,
        access: Reflect.getMetadata(ROLES_KEY, handler) as RouteAccess,
      },
    ];
  });
}

function join(...parts: readonly string[]): string {
  return `/${parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')}`;
}
