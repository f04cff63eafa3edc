import { AppError } from '#platform';
import { logIdOf } from '../../tlog/log-id';
import { KEY_TYPE, parseVerifierKey } from '../../tlog/signed-note';

/** Where a witness keeps the keys that it trusts. */
interface TrustedKeys {
  keyOf(logId: string): string | undefined;
  /** @returns false when the log is known already */
  addKey(logId: string, vkey: string): boolean;
}

/** From now on checkpoints of this log are cosigned, if this key has signed them. A log has one key, and keeps it.
 *  @returns the name of the log
 *  @throws AppError `witness-log-key-unusable`, `witness-log-known` when another key is trusted for it */
export function trustLog(keys: TrustedKeys, vkey: string): string {
  const origin = originOf(vkey);
  const logId = logIdOf(origin);
  if (!keys.addKey(logId, vkey.trim()) && keys.keyOf(logId) !== vkey.trim())
    throw new AppError({
      code: 'witness-log-known',
      disposition: 'person',
      detail: `another key is trusted for ${origin} already; it is never changed in place`,
    });
  return origin;
}

function originOf(vkey: string): string {
  try {
    const { name, type } = parseVerifierKey(vkey.trim());
    if (type !== KEY_TYPE.signature) throw new TypeError('the key of a witness');
    return name;
  } catch (cause) {
    throw new AppError({
      code: 'witness-log-key-unusable',
      disposition: 'person',
      detail: 'it must be the verifier key of a log, one line: <name>+<key id>+<base64>',
      cause,
    });
  }
}
