import { instantOf, parsePartnerDate } from '../wire/dates';
import { filledText } from '../wire/fields';

/** Numbers from here on are no life in seconds but a point in time: 31 years would be one. */
const FIRST_EPOCH_SECONDS = 1_000_000_000;
const FIRST_EPOCH_MILLISECONDS = 1_000_000_000_000;

/** When a token ends by what its partner says: a life in seconds, a point in time in seconds or milliseconds since 1970, or a date in any
 *  written form, each as number or text (Q41). Undefined when it says nothing that can be read: then a dead token shows itself. */
export function tokenEnd(said: unknown, now: Date): Date | undefined {
  const text = filledText(said);
  if (text === undefined) return undefined;
  if (COUNT.test(text)) return endOfCount(Number(text), now);
  const date = parsePartnerDate(text);
  return date === undefined ? undefined : instantOf(date);
}

/** Seconds or milliseconds; twelve digits (`yyyyMMddHHmm`) and fourteen are written dates. */
const COUNT = /^(\d{1,11}|\d{13})$/;

function endOfCount(count: number, now: Date): Date | undefined {
  if (count === 0) return undefined;
  if (count >= FIRST_EPOCH_MILLISECONDS) return new Date(count);
  return new Date(count >= FIRST_EPOCH_SECONDS ? count * 1_000 : now.getTime() + count * 1_000);
}
