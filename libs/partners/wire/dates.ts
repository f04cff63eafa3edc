import { localInstant, localParts } from '#platform';

/** A date as partners write it: perhaps only a year, or month and year (Q09). Local time (UTC+7), no zone. Month counts from 1. */
export interface PartnerDate {
  year: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
}

/** Forms we write. A partial date is written as far as it goes, in the order and with the separator of the form. */
export type DateForm =
  'dd/MM/yyyy' | 'dd/MM/yyyy HH:mm:ss' | 'dd.MM.yyyy' | 'yyyyMMdd' | 'yyyyMMddHHmm' | 'yyyyMMddHHmmss' | 'yyyy-MM-dd';

/** Forms we read, most specific first; groups are y, m, d, H, M, S. */
const FORMS: readonly RegExp[] = [
  /^(?<d>\d{1,2})[/.](?<m>\d{1,2})[/.](?<y>\d{4})(?:[ T](?<H>\d{1,2}):(?<M>\d{2})(?::(?<S>\d{2}))?)?$/,
  /^(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})(?:[ T](?<H>\d{2}):(?<M>\d{2})(?::(?<S>\d{2}))?(?:\.\d{1,9})?)?$/,
  /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})(?:(?<H>\d{2})(?<M>\d{2})(?<S>\d{2})?)?$/,
  /^(?<m>\d{1,2})[/.](?<y>\d{4})$/,
  /^(?<y>\d{4})$/,
];

/** A time with a zone: `Z`, `+07:00` or iGate's `+0000` without colon. */
const ZONED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|([+-])(\d{2}):?(\d{2}))$/;

function isWithin(value: number | undefined, first: number, last: number): boolean {
  return value === undefined || (value >= first && value <= last);
}

/** True for a date of the calendar and a time of the day, as far as they go. */
function isReal({ year, month, day, hour, minute, second }: PartnerDate): boolean {
  if (year < 1000 || !isWithin(month, 1, 12)) return false;
  const lastDay = month === undefined ? 0 : new Date(Date.UTC(year, month, 0)).getUTCDate();
  return isWithin(day, 1, lastDay) && isWithin(hour, 0, 23) && isWithin(minute, 0, 59) && isWithin(second, 0, 59);
}

/** The engine's own reader carries 31 February into March: the wall clock is checked first. */
function zonedInstant(text: string): Date | undefined {
  const match = ZONED.exec(text);
  if (match === null || readForms(match[1] ?? '') === undefined) return undefined;
  const offset = match[2] === undefined ? 'Z' : `${match[2]}${match[3]}:${match[4]}`;
  const at = new Date(`${match[1]}${offset}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Parts of an instant in local time, without the milliseconds. */
function partnerDateOf(at: Date): Required<PartnerDate> {
  const { year, month, day, hour, minute, second } = localParts(at);
  return { year, month, day, hour, minute, second };
}

/** Reads any form of Q09 (surrounding white space allowed); undefined when it is none of them or no real date. */
export function parsePartnerDate(text: string): PartnerDate | undefined {
  const trimmed = text.trim();
  const instant = zonedInstant(trimmed);
  return instant === undefined ? readForms(trimmed) : partnerDateOf(instant);
}

function readForms(text: string): PartnerDate | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups === undefined) continue;
    const number = (name: string): number | undefined =>
      groups[name] === undefined ? undefined : Number(groups[name]);
    const parts = {
      year: Number(groups['y']),
      month: number('m'),
      day: number('d'),
      hour: number('H'),
      minute: number('M'),
      second: number('S'),
    };
    const date = Object.fromEntries(
      Object.entries(parts).filter(([, value]) => value !== undefined),
    ) as unknown as PartnerDate;
    return isReal(date) ? date : undefined;
  }
  return undefined;
}

/** The instant of a date that has at least a day; missing hours count as 0. Undefined for a partial date. */
export function instantOf(date: PartnerDate): Date | undefined {
  if (date.month === undefined || date.day === undefined) return undefined;
  return localInstant(date.year, date.month, date.day, date.hour ?? 0, date.minute ?? 0, date.second ?? 0);
}

const two = (value: number | undefined): string => String(value ?? 0).padStart(2, '0');

function formatTime(date: PartnerDate, form: DateForm): string {
  if (form === 'dd/MM/yyyy HH:mm:ss') return ` ${two(date.hour)}:${two(date.minute)}:${two(date.second)}`;
  if (form === 'yyyyMMddHHmm') return `${two(date.hour)}${two(date.minute)}`;
  if (form === 'yyyyMMddHHmmss') return `${two(date.hour)}${two(date.minute)}${two(date.second)}`;
  return '';
}

/** Writes a date; a partial one only as far as it goes ("2020", "03.2020"): nothing is invented. */
export function formatPartnerDate(date: PartnerDate, form: DateForm): string {
  const year = String(date.year).padStart(4, '0');
  const present = [date.month, date.month === undefined ? undefined : date.day]
    .filter((part) => part !== undefined)
    .map(two);
  const separator = form.startsWith('dd/') ? '/' : form.startsWith('dd.') ? '.' : form === 'yyyy-MM-dd' ? '-' : '';
  const ordered = form.startsWith('dd') ? [...present.reverse(), year] : [year, ...present];
  return ordered.join(separator) + (date.day === undefined ? '' : formatTime(date, form));
}

/** An instant in local time (UTC+7). */
export function formatInstant(at: Date, form: DateForm): string {
  return formatPartnerDate(partnerDateOf(at), form);
}

/** RFC 3339 text, or a bare `YYYY-MM-DD` that stands for the end of that office day (17:00:00, CONTRACTS §1.2), in a partner's form.
 *  @throws RangeError when the text is neither (a bug of the caller) */
export function formatDeadline(text: string, form: DateForm): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return formatFact(text, form);
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  return formatPartnerDate({ year, month, day, hour: 17, minute: 0, second: 0 }, form);
}

/** RFC 3339 text in a partner's form. @throws RangeError when it is no instant (a bug of the caller) */
export function formatFact(text: string, form: DateForm): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new RangeError('not an RFC 3339 time');
  return formatInstant(at, form);
}
