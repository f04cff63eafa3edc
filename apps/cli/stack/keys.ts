import { ensureMasterKey } from '#access';
import { ensureLogKey, ensureSigningKey } from '#synclog';

/** Makes what is missing in `keyDir`: `master.key` (wraps the vault's keys), `signing.json` (signs tokens and receipts) and `synclog.json` (signs the
 *  sync log, which is named after the public address of now for good). What is there is never replaced. */
export function ensureKeys(keyDir: string, publicUrl: string): void {
  ensureMasterKey(keyDir);
  ensureSigningKey(keyDir);
  ensureLogKey(keyDir, publicUrl);
}
