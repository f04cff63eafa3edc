import { ensureMasterKey } from '#access';
import { ensureSigningKey } from '#synclog';

/** Makes what is missing in `keyDir`: `master.key` (wraps the vault's keys) and `signing.json` (signs tokens and receipts).
 *  What is there is never replaced. */
export function ensureKeys(keyDir: string): void {
  ensureMasterKey(keyDir);
  ensureSigningKey(keyDir);
}
