import { AppError } from '#platform';
import { followKeys, parseKeyChain, type KeyChain } from '../../tlog/key-chain';
import { logIdOf } from '../../tlog/log-id';
import { KEY_TYPE, parseVerifierKey, type NoteVerifier } from '../../tlog/signed-note';

/** Where a witness keeps the keys that it trusts. */
export interface TrustedKeys {
  keysOf(logId: string): readonly string[];
  /** @returns false when other keys than `before` are there by now */
  replaceKeys(logId: string, before: readonly string[], next: readonly string[]): boolean;
}

/** From now on checkpoints of this log are cosigned, if this key has signed them. Another key of a log that is known is not taken: `trustNextKey` does that.
 *  @returns the name of the log
 *  @throws AppError `witness-log-key-unusable`, `witness-log-known` when another key is trusted for it */
export function trustLog(keys: TrustedKeys, vkey: string): string {
  const { name: origin } = logKeyOf(vkey);
  const [logId, own] = [logIdOf(origin), vkey.trim()];
  const isNew = keys.keysOf(logId).length === 0 && keys.replaceKeys(logId, [], [own]);
  if (isNew || keys.keysOf(logId).includes(own)) return origin;
  throw refusal('witness-log-known', `another key is trusted for ${origin} already; add-key takes one that follows it`);
}

/** Takes a further key for a log that is known: one that statements of the log lead to from a key that is trusted.
 *  @param chainText what the log has said of its keys (`/synclog/keys`); without it the word of who runs the witness counts, who has the key from the log's
 *  administrators in person
 *  @returns the name of the log
 *  @throws AppError `witness-log-key-unusable`, `witness-log-unknown`, `witness-key-not-led-to` */
export function trustNextKey(keys: TrustedKeys, vkey: string, chainText?: string): string {
  const next = logKeyOf(vkey);
  const [logId, own] = [logIdOf(next.name), vkey.trim()];
  const known = keys.keysOf(logId);
  if (known.length === 0)
    throw refusal('witness-log-unknown', `${next.name} is not known; add-log takes its first key`);
  if (known.includes(own)) return next.name;
  if (chainText !== undefined && !isLedTo(own, known, chainText))
    throw refusal('witness-key-not-led-to', 'no statement in the file leads from a key that is trusted to this one');
  replaceOrThrow(keys, logId, known, [...known, own]);
  return next.name;
}

/** Trusts a key no more, such as one that the log has replaced. The last one stays.
 *  @returns the name of the log
 *  @throws AppError `witness-log-key-unusable`, `witness-log-unknown`, `witness-key-last` */
export function forgetKey(keys: TrustedKeys, vkey: string): string {
  const { name: origin } = logKeyOf(vkey);
  const [logId, own] = [logIdOf(origin), vkey.trim()];
  const known = keys.keysOf(logId);
  if (known.length === 0) throw refusal('witness-log-unknown', `${origin} is not known`);
  const left = known.filter((key) => key !== own);
  if (left.length === 0) throw refusal('witness-key-last', `it is the only key that is trusted for ${origin}`);
  if (left.length < known.length) replaceOrThrow(keys, logId, known, left);
  return origin;
}

function replaceOrThrow(keys: TrustedKeys, logId: string, before: readonly string[], next: readonly string[]): void {
  if (!keys.replaceKeys(logId, before, next))
    throw refusal('witness-busy', 'somebody else has changed the keys of this log; try again');
}

function isLedTo(vkey: string, known: readonly string[], chainText: string): boolean {
  const chain = chainIn(chainText);
  return known.some((key) =>
    followKeys(parseVerifierKey(key), chain).keys.some(({ verifier }) => isKey(verifier, vkey)),
  );
}

function isKey(verifier: NoteVerifier, vkey: string): boolean {
  return verifier.publicKey.equals(parseVerifierKey(vkey).publicKey);
}

function chainIn(text: string): KeyChain {
  try {
    return parseKeyChain(text);
  } catch (cause) {
    throw refusal('witness-key-not-led-to', 'the file does not hold the keys of a log', cause);
  }
}

function logKeyOf(vkey: string): NoteVerifier {
  try {
    const key = parseVerifierKey(vkey.trim());
    if (key.type !== KEY_TYPE.signature) throw new TypeError('the key of a witness');
    return key;
  } catch (cause) {
    const hint = 'it must be the verifier key of a log, one line: <name>+<key id>+<base64>';
    throw refusal('witness-log-key-unusable', hint, cause);
  }
}

function refusal(code: string, detail: string, cause?: unknown): AppError {
  return new AppError({ code, disposition: 'person', detail, cause });
}
