import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sequenceBatch } from '#bus';
import { silentLog, uuidIds, type Database, type Tx } from '#platform';
import { fixedClock, testDatabase, until, type TestDatabase } from '#testing';
import { queryOnce } from '../../../bench/harness/query-once';
import { createSyncLog } from '../app/append-entries';
import { parseCheckpoint } from '../tlog/checkpoint';
import { consistencyRanges, isConsistent } from '../tlog/proofs';
import { isSignedBy, noteSigner, parseNote, parseVerifierKey } from '../tlog/signed-note';
import { hashesOf } from '../tlog/tiles';
import { leafHash, rootOf } from '../tlog/tree-hash';
import { oneLogKey } from '../keys/log-key-ring';
import { checkpointFile } from './adapters/checkpoint-file';
import { readEntries, readHead, readNewestCheckpoint, readTile } from './adapters/tree-store';
import { RangeRoots } from './app/range-roots';
import { sealBatch } from './app/seal-batch';
import { Sealer } from './app/sealer';
import type { CheckpointPlace } from './ports';

const ORIGIN = 'lienthong.test/synclog';

/** A database whose transactions pause after a statement. */
function pausing(db: Database, after: RegExp): { db: Database; reached: Promise<void>; goOn: () => void } {
  let [reach, goOn] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (goOn = resolve));
  const slow = (tx: Tx): Tx => ({
    send: (...given) => tx.send(...given),
    execute: (...given) => tx.execute(...given),
    query: async <T extends object>(sql: string, params?: readonly unknown[]): Promise<T[]> => {
      const rows = await tx.query<T>(sql, params);
      if (!after.test(sql)) return rows;
      reach();
      await released;
      return rows;
    },
  });
  const paused = Object.create(db) as Database;
  paused.run = (work) => db.run((tx) => work(slow(tx)));
  return { db: paused, reached, goOn: () => goOn() };
}

describe('the sealer', () => {
  const clock = fixedClock();
  const signer = noteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
  let test: TestDatabase;
  let dir: string;

  beforeEach(async () => {
    test = await testDatabase();
    dir = mkdtempSync(join(tmpdir(), 'lienthong-checkpoint-'));
  });
  afterEach(async () => {
    await test.drop();
    rmSync(dir, { recursive: true, force: true });
  });

  const sealer = (places: readonly CheckpointPlace[] = [checkpointFile(dir)]): Sealer =>
    new Sealer({
      db: test.db,
      keys: oneLogKey(signer),
      places,
      doorbell: { wait: async () => false },
      clock,
      log: silentLog,
    });
  async function asOwner(statement: string): Promise<void> {
    await queryOnce(test.ownerUrl, statement);
  }
  async function append(count: number): Promise<void> {
    const log = createSyncLog({ ids: uuidIds, clock });
    await test.db.run((tx) =>
      log.append(
        tx,
        Array.from({ length: count }, (_, at) => ({
          kind: 'dossier.received' as const,
          actor: { id: 'worker', type: 'system' as const },
          detail: { count: at },
        })),
      ),
    );
    await sequenceBatch(test.db, count);
  }
  async function sealAll(): Promise<void> {
    const own = sealer();
    await own.round();
    await own.published();
  }
  const rootOfEntries = async (size: number): Promise<Buffer> =>
    rootOf((await readEntries(test.db, { from: 0, to: size })).map(leafHash));
  const published = async () => {
    const { note } = (await readNewestCheckpoint(test.db))!;
    expect(isSignedBy(parseNote(note), parseVerifierKey(signer.vkey))).toBe(true);
    return parseCheckpoint(parseNote(note).text);
  };

  it('signs the empty log, and then each head that it has grown to', async () => {
    const own = sealer();
    await own.round();
    expect(await published()).toEqual({ origin: ORIGIN, size: 0, root: rootOf([]) });
    await append(300);
    expect(await own.round()).toBe(300);
    expect(await published()).toEqual({ origin: ORIGIN, size: 300, root: await rootOfEntries(300) });
    await own.published();
    expect(readFileSync(join(dir, 'checkpoint'), 'utf8')).toBe((await readNewestCheckpoint(test.db))!.note);
    await append(5_000);
    expect(await own.round()).toBe(5_000);
    expect(await published()).toMatchObject({ size: 5_300, root: await rootOfEntries(5_300) });
    expect(await own.round()).toBe(0);
    const leaves = (await readEntries(test.db, { from: 0, to: 5_300 })).map(leafHash);
    expect(hashesOf((await readTile(test.db, 0, 19))!)).toEqual(leaves.slice(19 * 256, 20 * 256));
    expect(hashesOf((await readHead(test.db)).partials[1])).toHaveLength(20);
  }, 60_000);

  it('gives the roots that a proof between two of its checkpoints lists', async () => {
    await append(700);
    await sealBatch(test.db, 260);
    const old = await readHead(test.db);
    await sealBatch(test.db, 1_000);
    const head = await readHead(test.db);
    const roots = new RangeRoots(test.db, head);
    const proof = await Promise.all(consistencyRanges(old.size, head.size).map((range) => roots.rootOf(range)));
    expect(isConsistent(old, head, proof)).toBe(true);
    expect(await roots.rootOf({ from: 0, to: old.size })).toEqual(old.root);
  });

  it('may run in several processes at once: each entry is sealed once', async () => {
    await append(3_000);
    const sealed = await Promise.all([sealer(), sealer(), sealer()].map((one) => one.round()));
    expect(sealed.reduce((a, b) => a + b, 0)).toBe(3_000);
    expect(await published()).toMatchObject({ size: 3_000, root: await rootOfEntries(3_000) });
  }, 60_000);

  it('has one process wait while another is between reading the head and writing it: no entry is sealed twice', async () => {
    await append(15);
    const paused = pausing(test.db, /for update/);
    const first = sealBatch(paused.db, 5);
    await paused.reached;
    let isSecondDone = false;
    const second = sealBatch(test.db, 10).finally(() => (isSecondDone = true));
    const waiting = `select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where not l.granted and a.datname = current_database()`;
    await until(async () => isSecondDone || (await queryOnce(test.ownerUrl, waiting)).length > 0, 5_000);
    paused.goOn();
    expect(await Promise.all([first, second])).toEqual([5, 10]);
    expect(await readHead(test.db)).toMatchObject({ size: 15, root: await rootOfEntries(15) });
  });

  it('signs what another has sealed and could not sign any more', async () => {
    const own = sealer();
    await own.round();
    await append(10);
    await sealBatch(test.db, 100);
    expect(await own.round()).toBe(0);
    expect(await published()).toMatchObject({ size: 10 });
    await append(5);
    await sealBatch(test.db, 100);
    await sealer().round();
    expect(await published()).toMatchObject({ size: 15 });
  });

  describe('with places outside', () => {
    const away = (name: string): CheckpointPlace & { isAway: boolean; notes: string[] } => ({
      name,
      isAway: true,
      notes: [],
      async newest() {
        if (this.isAway) throw new Error('away');
        return this.notes;
      },
      async publish({ note }) {
        if (this.isAway) throw new Error('away');
        this.notes.push(note);
      },
    });

    it('does not wait for one that is away, and gives it the next checkpoint when it is back', async () => {
      const place = away('kafka');
      const own = sealer([place, checkpointFile(dir)]);
      await append(3);
      await own.round();
      await own.published();
      expect(parseCheckpoint(parseNote(readFileSync(join(dir, 'checkpoint'), 'utf8')).text).size).toBe(3);
      place.isAway = false;
      await append(1);
      await own.round();
      await own.published();
      expect(place.notes.map((note) => parseCheckpoint(parseNote(note).text).size)).toEqual([4]);
    });

    it('signs nothing until one of them has said what was published', async () => {
      const [first, second] = [away('file'), away('kafka')];
      const own = sealer([first, second]);
      await append(3);
      await expect(own.round()).rejects.toMatchObject({ code: 'synclog-places-away' });
      expect(await readNewestCheckpoint(test.db)).toBeUndefined();
      second.isAway = false;
      await own.round();
      expect(await published()).toMatchObject({ size: 3 });
    });

    it('stops when one that comes back later has published another history', async () => {
      await append(5);
      const late = away('kafka');
      const theirs = sealer([late]);
      late.isAway = false;
      await theirs.round();
      await theirs.published();
      await asOwner(`update synclog_head set size = 0, root = sha256(''), partials = '{}'`);
      await asOwner('delete from synclog_checkpoint');
      await asOwner(`update synclog_entry set bytes = 'x'`);
      late.isAway = true;
      const own = sealer([late, checkpointFile(dir)]);
      await own.round();
      late.isAway = false;
      await append(5);
      await own.round().catch(() => undefined);
      await expect(own.round()).rejects.toMatchObject({ code: 'synclog-forked' });
    });
  });

  describe('whose database is not what it has published', () => {
    async function setBack(): Promise<void> {
      await append(20);
      await sealAll();
      await asOwner("update synclog_head set size = 0, root = sha256(''), partials = '{}'");
      await asOwner('delete from synclog_checkpoint');
    }

    it('signs nothing while it is behind the newest checkpoint outside', async () => {
      await setBack();
      await asOwner('delete from synclog_leaf where leaf_index >= 10');
      await expect(sealer().round()).rejects.toMatchObject({ code: 'synclog-behind' });
      expect(await readNewestCheckpoint(test.db)).toBeUndefined();
    });

    it('signs nothing when it has grown again to other entries', async () => {
      await setBack();
      await asOwner(
        `update synclog_entry set bytes = 'x' where id = (select entry_id from synclog_leaf where leaf_index = 7)`,
      );
      await append(20);
      await expect(sealer().round()).rejects.toMatchObject({ code: 'synclog-forked' });
      expect(await readNewestCheckpoint(test.db)).toBeUndefined();
    });

    it('signs nothing beside a checkpoint that its key has not signed', async () => {
      await append(3);
      await sealAll();
      const file = join(dir, 'checkpoint');
      writeFileSync(file, readFileSync(file, 'utf8').replace('\n3\n', '\n2\n'));
      await append(3);
      await expect(sealer().round()).rejects.toMatchObject({ code: 'synclog-foreign' });
    });

    it('goes on where entries are sealed again that were published', async () => {
      await setBack();
      await append(5);
      await sealer().round();
      expect(await published()).toMatchObject({ size: 25, root: await rootOfEntries(25) });
    });
  });

  it('has a tree whose tiles and checkpoints the application can neither change nor delete', async () => {
    await append(300);
    await sealer().round();
    for (const statement of [
      'delete from synclog_head',
      'delete from synclog_tile',
      'update synclog_tile set hashes = hashes',
      'truncate synclog_checkpoint',
      'update synclog_checkpoint set size = size + 1',
      'delete from synclog_checkpoint',
      'insert into synclog_head (id, size, root, partials) select 2, size, root, partials from synclog_head',
    ])
      await expect(test.db.query(statement)).rejects.toMatchObject({ code: expect.stringMatching(/42501|23514/) });
  });
});
