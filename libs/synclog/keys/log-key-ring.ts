import { isSignedBy, parseVerifierKey, type Note, type NoteSigner, type NoteVerifier } from '../tlog/signed-note';
import {
  followKeys,
  keyChainText,
  keysInForce,
  signsAt as keySignsAt,
  type KeyChain,
  type LogKey,
} from '../tlog/key-chain';
import { parseStatement } from '../tlog/key-statement';

/** An older key that still signs beside the current one. */
export interface PreviousKey {
  signer: NoteSigner;
  until: Date;
}

/** The keys of the log that this installation holds, and what the log has said of them. */
export interface LogKeyRing {
  /** Name of the log. */
  name: string;
  current: NoteSigner;
  previous: readonly PreviousKey[];
  /** It leads to the current key. */
  chain: KeyChain;
}

/** Gives the keys as they are at this moment: a rotation shows without a restart. @throws AppError of what holds them */
export type LogKeys = () => LogKeyRing;

/** The keys of a log that has had no other. */
export function oneLogKey(signer: NoteSigner): LogKeys {
  const ring = { name: signer.name, current: signer, previous: [], chain: { first: signer.vkey, statements: [] } };
  return () => ring;
}

/** Who signs a checkpoint now, the current key first. */
export function signersAt({ current, previous }: LogKeyRing, now: Date): readonly NoteSigner[] {
  return [current, ...previous.filter(({ until }) => now < until).map(({ signer }) => signer)];
}

/** Older keys that the log has said would still sign, and that this installation does not hold any more: the first 8 hex digits of each, and its end. */
export function notHeldAt({ previous, chain }: LogKeyRing, now: Date): { keyId: string; until: string }[] {
  return chain.statements
    .map(parseStatement)
    .filter(({ oldKey, until }) => now < new Date(until) && !previous.some(({ signer }) => signer.vkey === oldKey))
    .map(({ oldVerifier, until }) => ({ keyId: oldVerifier.keyId.toString('hex'), until }));
}

/** All keys that the log has had, each with the sizes that it signs. */
export function keysOf({ current, chain }: LogKeyRing): readonly LogKey[] {
  return followKeys(parseVerifierKey(current.vkey), chain).keys;
}

/** All keys that the log has had: what one of them has signed is ours. */
export function verifiersOf(ring: LogKeyRing): readonly NoteVerifier[] {
  return keysOf(ring).map(({ verifier }) => verifier);
}

/** What a checkpoint that was found somewhere is to this log: `own`; `retired`: above the size at which a key was replaced, only that one has signed it, and
 *  its time is over, so that whoever stole it may have; `foreign`: none of the log's keys has. */
type Standing = 'own' | 'retired' | 'foreign';

/** Judges the checkpoint in a note. @param size of it */
export function standingOf(ring: LogKeyRing, { note, size }: { note: Note; size: number }, now: Date): Standing {
  const keys = keysOf(ring);
  const signing = keys.filter(({ verifier }) => isSignedBy(note, verifier));
  if (signing.length === 0) return 'foreign';
  const inForce = keysInForce(keys, size);
  // A witness that knows only the old key keeps only its line while both sign.
  const counts = signing.some((key) => inForce.includes(key) || keySignsAt(key, now.getTime()));
  return counts ? 'own' : 'retired';
}

/** The chain as it is published; undefined for a log that has had one key only. */
export function publishedChain({ chain }: LogKeyRing): string | undefined {
  return chain.statements.length === 0 ? undefined : keyChainText(chain);
}
