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
  const { maxLength, values, form } = rulesOf(field, catalogue);
  if (value.length > maxLength && [...value].length > maxLength) return 'too-long';
  if (values !== undefined && !values.has(value)) return 'not-in-catalogue';
  return form !== undefined && !form.test(value) ? 'wrong-format' : undefined;
}

/** What a catalogue says of one field. */
interface FieldRules {
  maxLength: number;
  values: ReadonlySet<string> | undefined;
  form: RegExp | undefined;
}

/** A declaration has some sixty fields, all declarations the same ones: what holds for each is looked up once. */
const RULES = new WeakMap<RegistryCatalogue, Map<string, FieldRules>>();

function rulesOf(field: string, catalogue: RegistryCatalogue): FieldRules {
  const known = RULES.get(catalogue) ?? new Map<string, FieldRules>();
  RULES.set(catalogue, known);
  const rules = known.get(field) ?? lookUp(field, catalogue);
  known.set(field, rules);
  return rules;
}

function lookUp(field: string, { maxLengths, values, forms }: RegistryCatalogue): FieldRules {
  const allowed = ruleFor(values, field);
  const form = ruleFor(forms, field);
  return {
    maxLength: ruleFor(maxLengths, field) ?? maxLengths['*'] ?? Number.POSITIVE_INFINITY,
    values: allowed === undefined ? undefined : new Set(allowed),
    form: form === undefined ? undefined : new RegExp(`^(?:${form})$`, 'u'),
  };
}

function ruleFor<T>(rules: Readonly<Record<string, T>>, field: string): T | undefined {
  const fitting = Object.keys(rules).filter((key) => field.endsWith(key));
  const longest = fitting.reduce<string | undefined>(
    (best, key) => (best === undefined || key.length > best.length ? key : best),
    undefined,
  );
  return longest === undefined ? undefined : rules[longest];
}
