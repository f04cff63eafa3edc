import type { JsonObject } from '../http/answer-json';

/** Text of a text or number member; undefined for null, objects and absent ones (Q02: codes come as text or number). */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** As `textOf`, trimmed, undefined when nothing is left (Q35: empty instead of absent). */
export function filledText(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  return text === undefined || text === '' ? undefined : text;
}

/** A whole number that came as number or digits; else undefined. */
export function integerOf(value: unknown): number | undefined {
  const text = filledText(value);
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The object in a member; null, arrays and others are undefined. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The array in a member; anything else is empty. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Commune code as five digits (Q28: DVCLT's integers lose leading zeros). Text that is not digits stays as it is; undefined when empty. */
export function unitTextOf(value: unknown): string | undefined {
  const text = filledText(value);
  return text !== undefined && /^\d{1,5}$/.test(text) ? text.padStart(5, '0') : text;
}

/** Members without those that are undefined, null or blank text; 0 and false stay. Neither added nor padded (Q23). */
export function withoutEmpty(members: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)));
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
