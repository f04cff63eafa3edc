import type { FiredFaults } from '../faults/fired-faults';
import { slashDateTime } from '../server/date-formats';

/** Forms of Q41 as `expiresVariant` names them. */
export const EXPIRY_FORMS: readonly string[] = ['seconds', 'digits', 'epoch', 'text'];

export interface Expiry {
  readonly expiresAtMs: number;
  readonly nowMs: number;
  /** What this system writes when the switch does not fire. */
  readonly usual: string | number;
}

/** The end of a token: seconds from now, the same as text, epoch seconds, or `dd/MM/yyyy HH:mm:ss` local time. */
export function expiryOf({ expiresAtMs, nowMs, usual }: Expiry, faults: FiredFaults): string | number {
  const seconds = Math.floor((expiresAtMs - nowMs) / 1000);
  const form = faults.text('expiresVariant');
  if (form === 'seconds') return seconds;
  if (form === 'digits') return String(seconds);
  if (form === 'epoch') return Math.floor(expiresAtMs / 1000);
  return form === 'text' ? slashDateTime(expiresAtMs) : usual;
}
