import {
  compactDate,
  dotDate,
  isoDate,
  readCompactDate,
  readCompactDateTime,
  readDotDate,
  readSlashDate,
  readSlashDateTime,
  slashDate,
  slashDateTime,
} from '../server/date-formats';
import type { FiredFaults } from '../faults/fired-faults';
import type { Fields } from '../server/fields';

/** Every form of Q09 by its name, made from epoch milliseconds; local time of Vietnam but for the ISO form. */
const FORMS: Readonly<Record<string, (atMs: number) => string>> = {
  'dd/MM/yyyy': slashDate,
  'dd/MM/yyyy HH:mm:ss': slashDateTime,
  'dd.MM.yyyy': dotDate,
  yyyyMMdd: compactDate,
  yyyyMMddHHmm: (atMs) => compactDateTime(atMs).slice(0, 12),
  yyyyMMddHHmmss: (atMs) => compactDateTime(atMs),
  'yyyy-MM-dd': isoDate,
  'iso+0000': (atMs) => new Date(atMs).toISOString().replace('Z', '+0000'),
  yyyy: (atMs) => isoDate(atMs).slice(0, 4),
  'MM.yyyy': (atMs) => dotDate(atMs).slice(3),
  'dd/MM/yyyy ': (atMs) => `${slashDate(atMs)} `,
};
export const DATE_FORMS: readonly string[] = Object.keys(FORMS);
const READERS = [readSlashDateTime, readSlashDate, readDotDate, readCompactDate, readCompactDateTime];

export interface DateVariant {
  /** A name of DATE_FORMS, or `mixed`: each field another one. */
  readonly form: string;
  /** Names of the fields concerned; all dates of the answer where absent. */
  readonly fields?: readonly string[];
}

/** Reads the value of the switch: a form, `mixed`, or `{form,fields}`; null where it is neither. */
export function readDateVariant(value: unknown): DateVariant | null {
  if (typeof value === 'string') return isForm(value) ? { form: value } : null;
  if (typeof value !== 'object' || value === null) return null;
  const { form, fields } = value as { form?: unknown; fields?: unknown };
  const isRight = isForm(form) && Array.isArray(fields) && fields.every((field) => typeof field === 'string');
  return isRight ? { form: String(form), fields } : null;
}

function isForm(value: unknown): boolean {
  return value === 'mixed' || DATE_FORMS.includes(String(value));
}

/** Spells the dates among the fields in the form of the switch; what is no whole date (a bare year) stays. */
export function withDateVariant<T extends Fields>(fields: T, faults: FiredFaults): T {
  const variant = readDateVariant(faults.value('dateVariant'));
  if (variant === null) return fields;
  let number = 0;
  const spelled = Object.entries(fields).map(([name, value]) => {
    const atMs = variant.fields?.includes(name) === false ? null : dateOf(value);
    if (atMs === null) return [name, value] as const;
    number += 1;
    return [name, FORMS[formFor(variant, number)](atMs)] as const;
  });
  return Object.fromEntries(spelled) as T;
}

function formFor({ form }: DateVariant, number: number): string {
  return form === 'mixed' ? DATE_FORMS[number % DATE_FORMS.length] : form;
}

function dateOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  for (const read of READERS) {
    const atMs = read(value);
    if (atMs !== null) return atMs;
  }
  return null;
}

function compactDateTime(atMs: number): string {
  return `${compactDate(atMs)}${slashDateTime(atMs).slice(11).replaceAll(':', '')}`;
}
