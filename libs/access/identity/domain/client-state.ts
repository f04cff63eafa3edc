import type { Client } from '../ports';

/** Whether an account may do nothing now: disabled for good, or stopped while two administrators decide. */
export function isStopped({ disabledAt, suspendedUntil }: Client, now: Date): boolean {
  return disabledAt !== null || (suspendedUntil instanceof Date && suspendedUntil > now);
}
