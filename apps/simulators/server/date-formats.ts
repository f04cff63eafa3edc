/**
 * The date texts of the outside systems (codes-and-statuses.md §6): local time of Vietnam (UTC+7), never a zone.
 * All functions take and give epoch milliseconds.
 */
const LOCAL_OFFSET_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

function parts(atMs: number): { day: string; month: string; year: string; time: string } {
  const iso = new Date(atMs + LOCAL_OFFSET_MS).toISOString();
  return { year: iso.slice(0, 4), month: iso.slice(5, 7), day: iso.slice(8, 10), time: iso.slice(11, 19) };
}

/** dd/MM/yyyy HH:mm:ss */
export function slashDateTime(atMs: number): string {
  const { day, month, year, time } = parts(atMs);
  return `${day}/${month}/${year} ${time}`;
}

/** dd/MM/yyyy */
export function slashDate(atMs: number): string {
  return slashDateTime(atMs).slice(0, 10);
}

/** dd.MM.yyyy */
export function dotDate(atMs: number): string {
  return slashDate(atMs).replaceAll('/', '.');
}

/** yyyyMMdd */
export function compactDate(atMs: number): string {
  const { day, month, year } = parts(atMs);
  return `${year}${month}${day}`;
}

/** YYYY-MM-DD */
export function isoDate(atMs: number): string {
  return new Date(atMs + LOCAL_OFFSET_MS).toISOString().slice(0, 10);
}

/** RFC 3339 with +07:00 */
export function rfc3339(atMs: number): string {
  return `${new Date(atMs + LOCAL_OFFSET_MS).toISOString().slice(0, -1)}+07:00`;
}

/** Milliseconds since local midnight. */
export function sinceMidnightMs(atMs: number): number {
  return (atMs + LOCAL_OFFSET_MS) % DAY_MS;
}

/** The same local time `days` working days (Monday to Friday) later. */
export function addWorkingDays(atMs: number, days: number): number {
  let result = atMs;
  for (let left = days; left > 0;) {
    result += DAY_MS;
    const weekday = new Date(result + LOCAL_OFFSET_MS).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return result;
}

function instant(text: string, order: RegExp): number | null {
  const found = order.exec(text)?.groups;
  if (!found) return null;
  const clock = [found['h'], found['i'], found['s']].map((part) => part ?? '00').join(':');
  const written = `${found['y']}-${found['m']}-${found['d']}T${clock}`;
  const utc = new Date(`${written}Z`);
  // A day or an hour that does not exist is refused or carried over; neither reads back as it was written.
  const isReal = !Number.isNaN(utc.getTime()) && utc.toISOString().startsWith(written);
  return isReal ? utc.getTime() - LOCAL_OFFSET_MS : null;
}

/** dd/MM/yyyy HH:mm:ss, exactly; null where the text is another or no real date. */
export function readSlashDateTime(text: string): number | null {
  return instant(text, /^(?<d>\d\d)\/(?<m>\d\d)\/(?<y>\d{4}) (?<h>\d\d):(?<i>\d\d):(?<s>\d\d)$/);
}

/** dd/MM/yyyy, one trailing space allowed (Q09). */
export function readSlashDate(text: string): number | null {
  return instant(text, /^(?<d>\d\d)\/(?<m>\d\d)\/(?<y>\d{4}) ?$/);
}

export function readDotDate(text: string): number | null {
  return instant(text, /^(?<d>\d\d)\.(?<m>\d\d)\.(?<y>\d{4})$/);
}

/** yyyyMMddHHmmss */
export function readCompactDateTime(text: string): number | null {
  return instant(text, /^(?<y>\d{4})(?<m>\d\d)(?<d>\d\d)(?<h>\d\d)(?<i>\d\d)(?<s>\d\d)$/);
}

/** yyyyMMdd */
export function readCompactDate(text: string): number | null {
  return instant(text, /^(?<y>\d{4})(?<m>\d\d)(?<d>\d\d)$/);
}
