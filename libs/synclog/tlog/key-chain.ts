import { isSignedByBoth, parseStatement, type SignedStatement } from './key-statement';
import { parseVerifierKey, type NoteVerifier } from './signed-note';

const KEYS_FORMAT = 'lienthong-log-keys/1';

/** The keys that a log has had, as it publishes them: the first one, and for each later one the statement that made it follow. */
export interface KeyChain {
  /** Verifier key. */
  first: string;
  /** Signed notes, the oldest first. */
  statements: readonly string[];
}

/** A key of a log, and from where on it has to sign. */
export interface LogKey {
  verifier: NoteVerifier;
  /** Each checkpoint of more entries than this carries its signature, until the next key takes over. */
  fromSize: number;
  /** When the next key took over, and until when this one signs beside it, RFC 3339; absent for a key that none has replaced. */
  replaced?: { at: string; until: string };
}

/** Why a statement does not lead from one key to the next. */
type BreakReason = 'statement-malformed' | 'statement-unsigned' | 'statement-origin' | 'statement-order';

/** A statement that does not lead on. */
interface ChainBreak {
  /** From 1. */
  statement: number;
  reason: BreakReason;
}

/** What a chain comes to for who trusts one of its keys. */
export interface FollowedKeys {
  /** Those that good statements lead to from the trusted one, forward and backward, the oldest first; the trusted one alone when the chain does not
   *  name it. */
  keys: readonly LogKey[];
  breaks: readonly ChainBreak[];
}

export function keyChainText({ first, statements }: KeyChain): string {
  return `${JSON.stringify({ format: KEYS_FORMAT, first, statements }, null, 1)}\n`;
}

/** Checks the form only. @throws TypeError when it is no such text */
export function parseKeyChain(text: string): KeyChain {
  const { format, first, statements } = membersOf(text);
  const areNotes = Array.isArray(statements) && statements.every((one) => typeof one === 'string');
  if (format !== KEYS_FORMAT || typeof first !== 'string' || !areNotes) throw new TypeError('no keys of a log');
  parseVerifierKey(first);
  return { first, statements };
}

function membersOf(text: string): Partial<Record<string, unknown>> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch (cause) {
    throw new TypeError('no JSON', { cause });
  }
}

/** Follows the chain from a key that is trusted, as far as statements hold. */
export function followKeys(trusted: NoteVerifier, { first, statements }: KeyChain): FollowedKeys {
  const keys: (LogKey | undefined)[] = [{ verifier: parseVerifierKey(first), fromSize: 0 }];
  const breaks: ChainBreak[] = [];
  statements.forEach((note, at) => {
    const statement = statementIn(note);
    const reason = statement === undefined ? 'statement-malformed' : problemOf(statement, keys);
    if (reason !== undefined) breaks.push({ statement: at + 1, reason });
    else if (statement !== undefined) keys.push(replacedBy(statement, keys.pop()));
    keys.push(statement && { verifier: statement.newVerifier, fromSize: statement.fromSize });
  });
  return { keys: reachable(trusted, keys, new Set(breaks.map(({ statement }) => statement))), breaks };
}

/** The keys of which one has to have signed a checkpoint of this size: the one that took over last before it, and those after that. */
export function keysInForce(keys: readonly LogKey[], size: number): readonly LogKey[] {
  return keys.slice(
    Math.max(
      0,
      keys.findLastIndex(({ fromSize }) => fromSize < size),
    ),
  );
}

/** Whether a key that was replaced was to sign beside the next one at all: one that was stolen is not. */
export function hadOverlap({ replaced }: LogKey): boolean {
  return replaced !== undefined && Date.parse(replaced.at) < Date.parse(replaced.until);
}

/** Whether a key still signs, or signs beside the next one. */
export function signsAt({ replaced }: LogKey, nowMs: number): boolean {
  return replaced === undefined || nowMs < Date.parse(replaced.until);
}

/** Whether two verifiers are the same key under the same name. */
export function isSameKey(one: NoteVerifier, other: NoteVerifier): boolean {
  return one.name === other.name && one.publicKey.equals(other.publicKey);
}

function statementIn(note: string): SignedStatement | undefined {
  try {
    return parseStatement(note);
  } catch (error) {
    // Of JSON that is none, too.
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @param earlier the keys before it; undefined for one that a malformed statement hides */
function problemOf(statement: SignedStatement, earlier: readonly (LogKey | undefined)[]): BreakReason | undefined {
  const { origin, oldVerifier, newVerifier } = statement;
  if (!isSignedByBoth(statement)) return 'statement-unsigned';
  if ([oldVerifier.name, newVerifier.name].some((name) => name !== origin)) return 'statement-origin';
  const isRepeated = earlier.some((key) => key !== undefined && isSameKey(key.verifier, newVerifier));
  return !isRepeated && isNextAfter(statement, earlier.at(-1)) ? undefined : 'statement-order';
}

function replacedBy({ at, until }: SignedStatement, key: LogKey | undefined): LogKey | undefined {
  return key && { ...key, replaced: { at, until } };
}

function isNextAfter({ oldVerifier, fromSize }: SignedStatement, before: LogKey | undefined): boolean {
  return before !== undefined && isSameKey(before.verifier, oldVerifier) && fromSize >= before.fromSize;
}

function reachable(
  trusted: NoteVerifier,
  keys: readonly (LogKey | undefined)[],
  broken: ReadonlySet<number>,
): LogKey[] {
  const at = keys.findIndex((key) => key !== undefined && isSameKey(key.verifier, trusted));
  if (at === -1) return [{ verifier: trusted, fromSize: 0 }];
  let [from, to] = [at, at];
  while (from > 0 && !broken.has(from)) from -= 1;
  while (to + 1 < keys.length && !broken.has(to + 1)) to += 1;
  return keys.slice(from, to + 1).filter((key) => key !== undefined);
}
