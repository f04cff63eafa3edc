import { AppError } from '#platform';
import { followKeys, isSameKey, parseKeyChain, type KeyChain, type LogKey } from '../../tlog/key-chain';
import { logIdOf } from '../../tlog/log-id';
import { KEY_TYPE, parseVerifierKey, type NoteVerifier } from '../../tlog/signed-note';
import { parseTrustedKey, trustedKeyLine, vkeyIn, type TrustedKey } from '../domain/trusted-key';

/** Where a witness keeps the keys that it trusts, each as `parseTrustedKey` reads it. */
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
  if (isNew || keys.keysOf(logId).some((line) => vkeyIn(line) === own)) return origin;
  throw refusal('witness-log-known', `another key is trusted for ${origin} already; add-key takes one that follows it`);
}

/** Takes a further key for a log that is known: one that statements of the log lead to from a key that is trusted. A key that the statements replace counts
 *  from then on only up to the size that they name: each larger checkpoint carries the next key's signature.
 *  @param chainText what the log has said of its keys (`/synclog/keys`); without it the word of who runs the witness counts, who has the key from the log's
 *  administrators in person, and older keys count as before
 *  @returns the name of the log
 *  @throws AppError `witness-log-key-unusable`, `witness-log-unknown`, `witness-key-not-led-to` */
export function trustNextKey(keys: TrustedKeys, vkey: string, chainText?: string): string {
  const next = logKeyOf(vkey);
  const [logId, own] = [logIdOf(next.name), vkey.trim()];
  const before = keys.keysOf(logId);
  if (before.length === 0)
    throw refusal('witness-log-unknown', `${next.name} is not known; add-log takes its first key`);
  const known = before.map(parseTrustedKey);
  const all = known.some((key) => key.vkey === own) ? known : [...known, { vkey: own, verifier: next }];
  const after = chainText === undefined ? all : limited(all, ledTo(next, known, chainText));
  const lines = after.map(trustedKeyLine);
  if (lines.join('\n') !== before.join('\n')) replaceOrThrow(keys, logId, before, lines);
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
  const left = known.filter((line) => vkeyIn(line) !== own);
  if (left.length === 0) throw refusal('witness-key-last', `it is the only key that is trusted for ${origin}`);
  if (left.length < known.length) replaceOrThrow(keys, logId, known, left);
  return origin;
}

function replaceOrThrow(keys: TrustedKeys, logId: string, before: readonly string[], next: readonly string[]): void {
  if (!keys.replaceKeys(logId, before, next))
    throw refusal('witness-busy', 'somebody else has changed the keys of this log; try again');
}

/** The keys up to this one, as the chain leads from one that is trusted.
 *  @throws AppError `witness-key-not-led-to` */
function ledTo(next: NoteVerifier, known: readonly TrustedKey[], chainText: string): readonly LogKey[] {
  const chain = chainIn(chainText);
  for (const { verifier } of known) {
    const { keys } = followKeys(verifier, chain);
    const at = keys.findIndex((key) => isSameKey(key.verifier, next));
    if (at !== -1) return keys.slice(0, at + 1);
  }
  throw refusal('witness-key-not-led-to', 'no statement in the file leads from a key that is trusted to this one');
}

/** Each key that another one in the chain follows counts up to the size at which that took over. */
function limited(keys: readonly TrustedKey[], chain: readonly LogKey[]): TrustedKey[] {
  return keys.map((key) => {
    const at = chain.findIndex(({ verifier }) => isSameKey(verifier, key.verifier));
    const follower = at === -1 ? undefined : chain.at(at + 1);
    return follower === undefined ? key : { ...key, upTo: follower.fromSize };
  });
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
