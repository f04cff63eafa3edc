import { isSignedBy, parseNote, parseVerifierKey, signNote, type NoteSigner, type NoteVerifier } from './signed-note';

const FORMAT = 'lienthong-log-key/1';

/** That a log signs with another key from now on. */
export interface KeyStatement {
  /** Name of the log. */
  origin: string;
  /** Verifier keys, whole: who knows one of them learns the other. */
  oldKey: string;
  newKey: string;
  /** The new key has signed each checkpoint of more entries than this. */
  fromSize: number;
  /** RFC 3339. */
  at: string;
  /** Until then the old key signs too, RFC 3339. */
  until: string;
}

/** A statement as it was found, and the two keys that it names. */
export interface SignedStatement extends KeyStatement {
  /** The signed note. */
  note: string;
  oldVerifier: NoteVerifier;
  newVerifier: NoteVerifier;
}

/** A signed note (C2SP signed-note) whose text is the RFC 8785 form of the statement, one line: no checkpoint has one, so that neither can stand for the
 *  other. The old key says who follows it; the new key says whom it follows, so that nobody can name a key that they do not have, and whoever knows only
 *  the new one learns the old one. */
export function signStatement(statement: KeyStatement, by: { old: NoteSigner; next: NoteSigner }): string {
  return signNote(statementText(statement), by.old, by.next);
}

/** Takes a statement apart, checking its form only. @throws TypeError when it is none */
export function parseStatement(note: string): SignedStatement {
  const { text } = parseNote(note);
  const found = JSON.parse(text.startsWith('{') ? text : 'null') as Partial<KeyStatement> | null;
  const { origin, oldKey, newKey, fromSize, at, until } = found ?? {};
  const isWhole = [origin, oldKey, newKey, at, until].every((one) => typeof one === 'string');
  const isTimed = !Number.isNaN(Date.parse(String(at))) && !Number.isNaN(Date.parse(String(until)));
  if (!isWhole || !isTimed || !Number.isSafeInteger(fromSize) || Number(fromSize) < 0)
    throw new TypeError('no statement of a key');
  const statement = found as KeyStatement;
  if (statementText(statement) !== text) throw new TypeError('not as a statement is written');
  return {
    ...statement,
    note,
    oldVerifier: parseVerifierKey(statement.oldKey),
    newVerifier: parseVerifierKey(statement.newKey),
  };
}

/** Whether both keys have signed it. */
export function isSignedByBoth({ note, oldVerifier, newVerifier }: SignedStatement): boolean {
  const parsed = parseNote(note);
  return isSignedBy(parsed, oldVerifier) && isSignedBy(parsed, newVerifier);
}

/** Members in the order of RFC 8785. */
function statementText({ at, fromSize, newKey, oldKey, origin, until }: KeyStatement): string {
  return `${JSON.stringify({ at, format: FORMAT, fromSize, newKey, oldKey, origin, until })}\n`;
}
