import { instantOf, parsePartnerDate } from './dates';
import { filledText } from './fields';

/** The instant in a member, in any form that partners write (Q09); undefined when it holds none, or only a month or a year. */
export function instantField(value: unknown): Date | undefined {
  const date = parsePartnerDate(filledText(value) ?? '');
  return date === undefined ? undefined : instantOf(date);
}
