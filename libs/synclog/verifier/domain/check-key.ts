import { followKeys, isSameKey, parseKeyChain, type LogKey } from '../../tlog/key-chain';
import { KEY_TYPE, parseVerifierKey, type NoteVerifier } from '../../tlog/signed-note';
import type { Claim, Finding } from '../findings';
import type { ReportDraft } from './report-draft';

/** @returns undefined when the text is no verifier key of a log */
export function logKeyIn(text: string): NoteVerifier | undefined {
  return keyOfType(KEY_TYPE.signature, text);
}

/** @returns undefined when the text is no verifier key of a witness */
export function witnessKeyIn(text: string): NoteVerifier | undefined {
  return keyOfType(KEY_TYPE.cosignature, text);
}

function keyOfType(type: number, text: string): NoteVerifier | undefined {
  try {
    // A line end of another system is no fault of the key.
    const key = parseVerifierKey(text.trim());
    return key.type === type ? key : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** What the evidence says of the log's key. */
export interface OwnKeys {
  /** For the report. */
  file: string;
  /** The key that it brings, as text; undefined where it brings none. */
  own: string | undefined;
  /** The keys that the log has had, as text: what the evidence brings, and what the reader got on another way. */
  chains: readonly (KeyChainText | undefined)[];
}

/** A text that should hold the keys of a log, under a name for the report. */
export interface KeyChainText {
  file: string;
  text: string;
}

/** The keys that count: the one that was got on another way and those that statements lead to from it, else the same from the evidence's own word.
 *  @returns undefined when there is none */
export function keysToTrust(
  draft: ReportDraft,
  trusted: NoteVerifier | undefined,
  { file, own, chains }: OwnKeys,
): readonly LogKey[] | undefined {
  const key = own === undefined ? undefined : logKeyIn(own);
  if (key === undefined && (own !== undefined || trusted === undefined)) draft.add({ code: 'key-malformed', file });
  if (trusted === undefined) draft.leaveOpen('key-own-word');
  const start = trusted ?? key;
  if (start === undefined) return undefined;
  const keys = followed(draft, start, key, chains);
  if (trusted !== undefined) draft.add(keyClaim(trusted, key, keys, file));
  return keys;
}

/** From the chain that leads to the evidence's own key, where one does. */
function followed(
  draft: ReportDraft,
  start: NoteVerifier,
  own: NoteVerifier | undefined,
  chains: OwnKeys['chains'],
): readonly LogKey[] {
  const given = chains.filter((chain) => chain !== undefined);
  const found = given.map((chain) => keysOf(draft, start, chain));
  const isFork = found.some((keys) => found.some((others) => !goTogether(keys, others, start)));
  // Whoever has an old key can name another successor: two that do not agree are told, whichever is the true one.
  if (isFork) draft.add({ code: 'key-chain-broken', file: given[0].file, reason: 'statement-fork' });
  const leads = (keys: readonly LogKey[]): boolean => own === undefined || placeOf(own, keys) !== -1;
  const longest = [...found].sort((a, b) => b.length - a.length);
  return longest.find(leads) ?? longest[0] ?? [{ verifier: start, fromSize: 0 }];
}

/** Whether two chains say the same of each key before and behind the trusted one, as far as both go. */
function goTogether(some: readonly LogKey[], others: readonly LogKey[], start: NoteVerifier): boolean {
  const shift = placeOf(start, others) - placeOf(start, some);
  return some.every(({ verifier }, at) => {
    const other = others.find((_key, place) => place === at + shift)?.verifier;
    return other === undefined || isSameKey(verifier, other);
  });
}

function keysOf(draft: ReportDraft, start: NoteVerifier, { file, text }: KeyChainText): readonly LogKey[] {
  try {
    const { keys, breaks } = followKeys(start, parseKeyChain(text));
    for (const { statement, reason } of breaks) draft.add({ code: 'key-chain-broken', file, statement, reason });
    return keys;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    draft.add({ code: 'key-chain-broken', file, reason: 'malformed' });
    return [{ verifier: start, fromSize: 0 }];
  }
}

function keyClaim(
  trusted: NoteVerifier,
  own: NoteVerifier | undefined,
  keys: readonly LogKey[],
  file: string,
): Claim | Finding {
  if (own === undefined || isSameKey(own, trusted)) return { code: 'key' };
  const [from, to] = [placeOf(trusted, keys), placeOf(own, keys)];
  if (to === -1) return { code: 'key-foreign', file };
  return { code: 'key-chain', given: idOf(trusted), own: idOf(own), count: Math.abs(to - from) };
}

function placeOf(key: NoteVerifier, keys: readonly LogKey[]): number {
  return keys.findIndex(({ verifier }) => isSameKey(verifier, key));
}

function idOf({ keyId }: NoteVerifier): string {
  return keyId.toString('hex');
}
