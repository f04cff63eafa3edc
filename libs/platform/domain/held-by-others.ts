import { codeOf } from './errors';

/** SQLSTATE lock_not_available and deadlock_detected. */
const HELD: readonly string[] = ['55P03', '40P01'];

/** Whether a statement gave up since others held what it asked for: nothing was done, and it can be tried again. */
export function isHeldByOthers(error: unknown): boolean {
  return HELD.includes(codeOf(error));
}
