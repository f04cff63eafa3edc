import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sequenceBatch } from '#bus';
import { silentLog, uuidIds, type Log } from '#platform';
import { fixedClock, temporaryDir, testDatabase, type FixedClock, type TestDatabase } from '#testing';
import { queryOnce } from '../../../bench/harness/query-once';
import { createSyncLog } from '../app/append-entries';
import { checkpointFile } from '../sealing/adapters/checkpoint-file';
import { readNewestCheckpoint } from '../sealing/adapters/tree-store';
import { Sealer } from '../sealing/app/sealer';
import { checkpointText, parseCheckpoint } from '../tlog/checkpoint';
import { parseStatement } from '../tlog/key-statement';
import { isSignedBy, parseNote, parseVerifierKey, signNote } from '../tlog/signed-note';
import { dropPreviousKeys, ensureLogKey, fileLogKeys, logKeyFiles } from './adapters/file-log-keys';
import { rotateLogKey, type RotatedKey } from './app/rotate-log-key';

const DAY_MS = 86_400_000;
const ACTOR = { id: 'host', type: 'system' } as const;

describe('the rotation of the key of the log', () => {
  let test: TestDatabase;
  let clock: FixedClock;
  let dir: string;
  let keyDir: string;
  beforeEach(async () => {
    test = await testDatabase();
    clock = fixedClock();
    dir = temporaryDir('rotation');
    keyDir = join(dir, 'keys');
    ensureLogKey(keyDir, 'http://gateway.test');
  });
  afterEach(() => test.drop());

  const keyPath = (): string => join(keyDir, 'synclog.json');
  const sealer = (log: Log = silentLog): Sealer =>
    new Sealer({
      db: test.db,
      keys: fileLogKeys(keyDir),
      places: [checkpointFile(join(dir, 'outside'))],
      doorbell: { wait: async () => false },
      clock,
      log,
    });
  const rotate = (overlapMs = 30 * DAY_MS): Promise<RotatedKey> =>
    rotateLogKey({
      db: test.db,
      files: logKeyFiles(keyDir, () => clock.now()),
      syncLog: createSyncLog({ ids: uuidIds, clock }),
      clock,
      actor: ACTOR,
      overlapMs,
    });
  async function grow(own: Sealer, count = 3): Promise<void> {
    const log = createSyncLog({ ids: uuidIds, clock });
    const entries = Array.from({ length: count }, () => ({ kind: 'dossier.received' as const, actor: ACTOR }));
    await test.db.run((tx) => log.append(tx, entries));
    await sequenceBatch(test.db, 1_000);
    await own.round();
    await own.published();
  }
  async function newest(): Promise<{ size: number; isSignedWith(vkey: string): boolean }> {
    const note = parseNote((await readNewestCheckpoint(test.db))!.note);
    const { size } = parseCheckpoint(note.text);
    return { size, isSignedWith: (vkey) => isSignedBy(note, parseVerifierKey(vkey)) };
  }
  const rotations = (): Promise<{ detail: Record<string, unknown> }[]> =>
    test.db
      .query<{ text: string }>(
        `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind = 'log-key.rotated'`,
      )
      .then((rows) => rows.map(({ text }) => JSON.parse(text) as { detail: Record<string, unknown> }));

  it('has both keys sign for a time, and then only the new one, without a restart of the sealer', async () => {
    const own = sealer();
    await grow(own);
    const { oldKey, newKey, fromSize, wasBrokenOff } = await rotate();
    expect({ fromSize, wasBrokenOff }).toEqual({ fromSize: 3, wasBrokenOff: false });
    await grow(own);
    const during = await newest();
    expect([during.size, during.isSignedWith(oldKey), during.isSignedWith(newKey)]).toEqual([7, true, true]);
    clock.advance(30 * DAY_MS);
    await grow(own);
    const after = await newest();
    expect([after.isSignedWith(oldKey), after.isSignedWith(newKey)]).toEqual([false, true]);
  });

  it('writes the whole statement into the log', async () => {
    await grow(sealer());
    const { oldKey, newKey, fromSize, at, until } = await rotate();
    const [entry, ...more] = await rotations();
    expect(more).toEqual([]);
    const [note] = fileLogKeys(keyDir)().chain.statements;
    const signatures = parseNote(note).signatures.map(({ signature }) => signature.toString('base64'));
    expect(entry.detail).toEqual({ oldKey, newKey, fromIndex: fromSize, startedAt: at, until, signatures });
  });

  it('keeps the new key for its owner only, and the old one no longer than its time', async () => {
    await grow(sealer());
    await rotate();
    expect(statSync(keyPath()).mode & 0o777).toBe(0o600);
    expect(existsSync(join(keyDir, 'synclog.next.json'))).toBe(false);
    expect(dropPreviousKeys(keyDir, { now: clock.now(), areAllMeant: false })).toBe(1);
    clock.advance(31 * DAY_MS);
    expect(dropPreviousKeys(keyDir, { now: clock.now(), areAllMeant: false })).toBe(0);
    expect(fileLogKeys(keyDir)().previous).toEqual([]);
    expect(fileLogKeys(keyDir)().chain.statements).toHaveLength(1);
  });

  it('says that an old key signs no more before its time, when nobody holds it', async () => {
    const warnings: unknown[] = [];
    const log = { ...silentLog, warn: (...line: unknown[]) => void warnings.push(line) };
    const own = sealer(log);
    await grow(own);
    const { oldKey, until } = await rotate();
    await grow(own);
    expect(warnings).toEqual([]);
    dropPreviousKeys(keyDir, { now: clock.now(), areAllMeant: true });
    await grow(own);
    await grow(own);
    expect(warnings).toEqual([['log-key.not-held', { keyId: parseVerifierKey(oldKey).keyId.toString('hex'), until }]]);
  });

  it('leaves a stolen key no time', async () => {
    const own = sealer();
    await grow(own);
    const { oldKey } = await rotate(0);
    await grow(own);
    expect((await newest()).isSignedWith(oldKey)).toBe(false);
    expect(readFileSync(keyPath(), 'utf8')).toContain('"previous":[]');
  });

  it('does not let a stolen key that was replaced stop the log, and says so', async () => {
    const warnings: unknown[] = [];
    const log = { ...silentLog, warn: (...line: unknown[]) => void warnings.push(line) };
    await grow(sealer());
    const stolen = fileLogKeys(keyDir)().current;
    await rotate(0);
    await grow(sealer());
    const forged = signNote(checkpointText({ origin: stolen.name, size: 999, root: Buffer.alloc(32) }), stolen);
    writeFileSync(join(dir, 'outside', 'checkpoint'), forged);
    await grow(sealer(log));
    expect((await newest()).size).toBe(10);
    expect(warnings).toContainEqual(['checkpoint.foreign', { place: 'file', size: 999, reason: 'key-retired' }]);
  });

  it('starts again from a checkpoint outside that an older key has signed', async () => {
    await grow(sealer());
    await rotate();
    await rotate();
    clock.advance(31 * DAY_MS);
    const next = sealer();
    await grow(next);
    expect((await newest()).size).toBe(8);
    const chain = fileLogKeys(keyDir)().chain.statements.map(parseStatement);
    expect(chain.map(({ oldKey }) => oldKey).slice(1)).toEqual(chain.map(({ newKey }) => newKey).slice(0, 1));
  });

  it('that was broken off before the new key was in use is finished by the next run, and written down once', async () => {
    await grow(sealer());
    const before = readFileSync(keyPath());
    const drafted = logKeyFiles(keyDir, () => clock.now()).draft()!;
    const draft = readFileSync(join(keyDir, 'synclog.next.json'));
    const first = await rotate();
    expect(first.newKey).toBe(drafted.vkey);
    writeFileSync(keyPath(), before);
    writeFileSync(join(keyDir, 'synclog.next.json'), draft);
    const own = sealer();
    await expect(grow(own)).rejects.toMatchObject({ code: 'synclog-key-missing' });
    expect(await rotate()).toEqual({ ...first, wasBrokenOff: true });
    await own.round();
    expect((await newest()).isSignedWith(first.newKey)).toBe(true);
    expect(await rotations()).toHaveLength(1);
    // Only the draft was left.
    writeFileSync(join(keyDir, 'synclog.next.json'), draft);
    expect(await rotate()).toEqual({ ...first, wasBrokenOff: true });
    expect(await rotations()).toHaveLength(1);
  });

  describe('signs nothing', () => {
    it('with an old key after the log has another: a machine that did not get the new one says so', async () => {
      await grow(sealer());
      const before = readFileSync(keyPath());
      await rotate();
      writeFileSync(keyPath(), before);
      const size = (await newest()).size;
      await expect(grow(sealer())).rejects.toMatchObject({ code: 'synclog-key-missing' });
      expect((await newest()).size).toBe(size);
    });

    it('when the database was set back to before the rotation', async () => {
      await grow(sealer());
      await rotate();
      await queryOnce(test.ownerUrl, 'delete from synclog_key_statement');
      await expect(grow(sealer())).rejects.toMatchObject({ code: 'synclog-behind' });
    });

    it('with a key that took the place of the old one without a statement', async () => {
      await grow(sealer());
      mkdirSync(join(dir, 'away'));
      renameSync(keyPath(), join(dir, 'away/synclog.json'));
      ensureLogKey(keyDir, 'http://gateway.test');
      await expect(grow(sealer())).rejects.toMatchObject({ code: 'synclog-foreign' });
      await expect(rotate()).rejects.toMatchObject({ code: 'synclog-foreign' });
    });

    it('with a file whose statements were changed', async () => {
      await grow(sealer());
      await rotate();
      writeFileSync(keyPath(), readFileSync(keyPath(), 'utf8').replace('fromSize', 'fromsize'));
      expect(() => fileLogKeys(keyDir)).toThrow(expect.objectContaining({ code: 'synclog-key-unreadable' }));
    });
  });

  it('cannot be taken back or changed by the application', async () => {
    await grow(sealer());
    await rotate();
    for (const statement of ['update synclog_key_statement set ordinal = 2', 'delete from synclog_key_statement'])
      await expect(test.db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
