import type { RegistryAddress } from './registry-address';
import type { RegistryDeclaration } from './registry-declaration';

/** What hộ tịch would refuse a field for (hotich.md §3.2, P8). */
export type FieldProblem = 'too-long' | 'not-in-catalogue' | 'wrong-format' | 'empty' | 'differs';

/** One field that hộ tịch would refuse; the name only, never the value. */
export interface FieldIssue {
  field: string;
  problem: FieldProblem;
}

/** Limits of the receiving side, from `config/partners/hotich.yaml`. Each key is a field's name or its ending
 *  (`DanToc` means `nksDanToc`, `meDanToc`, …; the longest that fits counts); an address part is `nksNoiSinh.maTinh`. */
export interface RegistryCatalogue {
  /** Most characters a field may have; `*` for all others. */
  maxLengths: Readonly<Record<string, number>>;
  /** Codes a field may hold. */
  values: Readonly<Record<string, readonly string[]>>;
  /** Written forms a field may have, as regular expressions over the whole text. */
  forms: Readonly<Record<string, string>>;
}

/** Fields of a declaration that hộ tịch would refuse, in their order. */
export function precheck(declaration: RegistryDeclaration, catalogue: RegistryCatalogue): readonly FieldIssue[] {
  return leavesOf(declaration).flatMap(([field, value]) => {
    const problem = problemOf(field, value, catalogue);
    return problem ? [{ field, problem }] : [];
  });
}

function leavesOf(declaration: RegistryDeclaration): [string, string][] {
  return Object.entries(declaration).flatMap(([field, value]): [string, string][] =>
    typeof value === 'string' ? [[field, value]] : partsOf(field, value),
  );
}

function partsOf(field: string, address: RegistryAddress): [string, string][] {
  return Object.entries(address).map(([part, value]: [string, string]) => [`${field}.${part}`, value]);
}

function problemOf(field: string, value: string, catalogue: RegistryCatalogue): FieldProblem | undefined {
  const maxLength = ruleFor(catalogue.maxLengths, field) ?? catalogue.maxLengths['*'] ?? Number.POSITIVE_INFINITY;
  if ([...value].length > maxLength) return 'too-long';
  const values = ruleFor(catalogue.values, field);
  if (values !== undefined && !values.includes(value)) return 'not-in-catalogue';
  const form = ruleFor(catalogue.forms, field);
  return form !== undefined && !new RegExp(`^(?:${form})$`, 'u').test(value) ? 'wrong-format' : undefined;
}

function ruleFor<T>(rules: Readonly<Record<string, T>>, field: string): T | undefined {
  const fitting = Object.keys(rules).filter((key) => field.endsWith(key));
  const longest = fitting.reduce<string | undefined>(
    (best, key) => (best === undefined || key.length > best.length ? key : best),
    undefined,
  );
  return longest === undefined ? undefined : rules[longest];
}
