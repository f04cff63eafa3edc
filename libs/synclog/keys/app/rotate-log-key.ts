import { AppError, rfc3339, type Clock, type Database, type Tx } from '#platform';
import type { SyncLog } from '../../app/append-entries';
import type { SyncLogActor } from '../../domain/entry';
import { lockHead, readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { parseStatement, signStatement, type KeyStatement } from '../../tlog/key-statement';
import { isSignedBy, parseNote, type NoteSigner } from '../../tlog/signed-note';
import { insertStatement, readLastStatement, type StoredStatement } from '../adapters/key-statement-store';
import { verifiersOf, type LogKeyRing } from '../log-key-ring';
import { assertKeyOfLog } from './assert-key-of-log';

/** Where the private keys are. */
export interface LogKeyFiles {
  read(): LogKeyRing;
  /** The key that a rotation is to lead to: made, on disk and not in use; the same one again until it is in use.
   *  @returns undefined when it is in use already: only its draft is left */
  draft(): NoteSigner | undefined;
  /** Puts the drafted key into use. @param statement signed note */
  install(statement: string): void;
  /** Removes the draft of a key that is in use. */
  forgetDraft(): void;
}

export interface KeyRotation {
  db: Database;
  files: LogKeyFiles;
  syncLog: SyncLog;
  clock: Clock;
  actor: SyncLogActor;
  /** How long the old key signs, too; 0 = from now on only the new one. */
  overlapMs: number;
}

/** What came of it. */
export interface RotatedKey extends KeyStatement {
  /** A rotation that was broken off before is what was finished now; nothing new was begun. */
  wasBrokenOff: boolean;
}

/** Gives the log a new key. The old one signs who follows it, and that is an entry of the log, in one transaction under the lock of the head: a checkpoint
 *  of more entries than the statement names is signed by who knows of it. Broken off at any moment, the next run finishes it.
 *  @throws AppError `synclog-key-missing`, `synclog-behind`: KEY_DIR and the database do not tell the same; `synclog-key-name-too-long` */
export async function rotateLogKey(rotation: KeyRotation): Promise<RotatedKey> {
  const { db, files } = rotation;
  const next = files.draft();
  if (next === undefined) return finished(rotation);
  const ring = files.read();
  const { statement, wasBrokenOff } = await db.run((tx) => stateOnce(tx, { ...rotation, ring, next }));
  files.install(statement);
  return { ...parseStatement(statement), wasBrokenOff };
}

function finished({ files }: KeyRotation): RotatedKey {
  const last = files.read().chain.statements.at(-1);
  if (last === undefined) throw new Error('a key is in use that no statement names');
  files.forgetDraft();
  return { ...parseStatement(last), wasBrokenOff: true };
}

interface Step extends KeyRotation {
  ring: LogKeyRing;
  next: NoteSigner;
}

async function stateOnce(tx: Tx, step: Step): Promise<{ statement: string; wasBrokenOff: boolean }> {
  const { ring, next, syncLog, actor, clock, overlapMs } = step;
  tx.send(`select set_config('lock_timeout', '10s', true)`);
  const { size } = await lockHead(tx);
  const last = await readLastStatement(tx);
  if (last?.newKey === next.vkey) return { statement: last.statement, wasBrokenOff: true };
  await assertKeyOfLog(tx, ring);
  await assertHasSigned(tx, ring);
  const now = clock.now();
  const said: KeyStatement = {
    origin: ring.name,
    oldKey: ring.current.vkey,
    newKey: next.vkey,
    fromSize: size,
    at: rfc3339(now),
    until: rfc3339(new Date(now.getTime() + overlapMs)),
  };
  const statement = signStatement(said, { old: ring.current, next });
  const row: StoredStatement = { ordinal: (last?.ordinal ?? 0) + 1, newKey: next.vkey, statement };
  insertStatement(tx, row, now);
  await syncLog.append(tx, [{ kind: 'log-key.rotated', actor, detail: detailOf(said, statement) }]);
  return { statement, wasBrokenOff: false };
}

/** A key that has nothing to do with what was signed has nobody to follow it.
 *  @throws AppError `synclog-foreign` */
async function assertHasSigned(tx: Tx, ring: LogKeyRing): Promise<void> {
  const newest = await readNewestCheckpoint(tx);
  const note = newest && parseNote(newest.note);
  if (note === undefined || verifiersOf(ring).some((key) => isSignedBy(note, key))) return;
  throw new AppError({
    code: 'synclog-foreign',
    disposition: 'person',
    detail: 'the newest checkpoint of the log is signed with none of the keys that KEY_DIR/synclog.json knows',
  });
}

/** The whole statement: it can be written again from the entry. */
function detailOf({ oldKey, newKey, fromSize, at, until }: KeyStatement, statement: string) {
  const signatures = parseNote(statement).signatures.map(({ signature }) => signature.toString('base64'));
  const detail = { oldKey, newKey, fromIndex: fromSize, startedAt: at, until, signatures };
  if (oldKey.length <= MAX_KEY_TEXT) return detail;
  const hint = 'the name of the log is too long to name its key in an entry';
  throw new AppError({ code: 'synclog-key-name-too-long', disposition: 'person', detail: hint });
}

/** As many characters as a code of an entry has at most. */
const MAX_KEY_TEXT = 200;
