import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { sequenceBatch } from '#bus';
import { Database, silentLog, type Ids } from '#platform';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { verifyState } from '#verification';
import { createSyncLog } from '../app/append-entries';
import type { SyncLogEntryInput } from '../domain/entry';
import { bundleFolder } from '../export/adapters/bundle-folder';
import { oneLogKey } from '../keys/log-key-ring';
import { fileSigningKeys, ensureSigningKey } from '../receipts/adapters/file-signing-keys';
import { findReceiptLeaf } from '../receipts/adapters/receipt-leaf';
import { issueReceipt } from '../receipts/app/issue-receipt';
import type { Receipt } from '../receipts/domain/receipt';
import { Sealer } from '../sealing/app/sealer';
import { readResource } from '../sealing/app/read-resource';
import { indexSealed } from '../search/app/index-sealed';
import { readNumbered } from '../search/app/read-numbered';
import { searchEntries } from '../search/app/search-entries';
import { entryBundle } from '../tlog/entry-bundle';
import { tilePath } from '../tlog/tiles';
import { folderSource } from '../verifier/adapters/folder-source';
import { verifyBundle } from '../verifier/app/verify-bundle';
import { LOG_SIGNER, rangesOfSource } from '../verifier/testing/memory-bundle';
import { folderArchive, settleFolder } from './adapters/folder-archive';
import { makeMonths, measureMonths, readMonths } from './adapters/month-store';
import { archiveMonths, type ArchivedMonths, type ArchiveOrder } from './app/archive-months';
import type { LogSource } from './ports';

const DAY_MS = 86_400_000;
const ACTOR = { id: 'courier', type: 'system' } as const;
const RARE_UNIT = '99007';
const DOSSIER = '0199c0de-0000-7000-8000-000000000001';
const entry = (unit = '99001'): SyncLogEntryInput => ({ kind: 'attempt.settled', actor: ACTOR, unit });

describe('the months of the log', () => {
  const clock = fixedClock();
  let test: TestDatabase;
  let owner: Database;
  let superuser: Client;
  let dir: string;
  /** Names of the months that a new database has, and the instant behind each. */
  let months: { month: string; end: number }[];
  /** Those of the entries about archived months. */
  let ids: Ids;
  beforeEach(async () => {
    test = await testDatabase();
    owner = new Database({ url: test.ownerUrl, applicationName: 'archive-test', role: null }, silentLog);
    superuser = new Client({ connectionString: test.ownerUrl });
    await superuser.connect();
    dir = join(temporaryDir('archive'), 'log');
    months = (await readMonths(test.db)).map(({ month, endId }) => ({ month, end: millisecondsOf(endId) }));
    ids = idsFrom(months[3].end - DAY_MS);
  });
  afterEach(async () => {
    await superuser.end();
    await owner.close();
    await test.drop();
  });

  const millisecondsOf = (id: string): number => parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  /** Ids of version 7 from this instant on. */
  function idsFrom(ms: number): Ids {
    let nth = 0;
    return {
      next: () => {
        nth += 1;
        const time = (ms + nth).toString(16).padStart(12, '0');
        return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${nth.toString(16).padStart(12, '0')}`;
      },
    };
  }
  /** Entries a day before the end of a month. */
  async function append(end: number, entries: readonly SyncLogEntryInput[]): Promise<void> {
    clock.set(new Date(end - DAY_MS));
    const log = createSyncLog({ ids: idsFrom(end - DAY_MS), clock });
    await test.db.run((tx) => log.append(tx, entries));
    await seal();
  }
  const sealer = (): Sealer =>
    new Sealer({
      db: test.db,
      keys: oneLogKey(LOG_SIGNER),
      places: [],
      doorbell: { wait: async () => false },
      clock,
      log: silentLog,
    });
  async function seal(): Promise<void> {
    await sequenceBatch(test.db, 2_000);
    const own = sealer();
    await own.round();
    await own.published();
    await indexSealed(test.db, 1_000);
  }
  const source = (): LogSource => ({ tx: test.db, archive: folderArchive(dir) });
  const nowhere = (): LogSource => ({ tx: test.db, archive: folderArchive(null) });
  const order = (more: Partial<ArchiveOrder> = {}): ArchiveOrder => ({
    db: owner,
    ring: oneLogKey(LOG_SIGNER)(),
    folder: bundleFolder(dir),
    archive: folderArchive(dir),
    settle: () => settleFolder(dir),
    syncLog: createSyncLog({ ids, clock }),
    clock,
    actor: { id: 'host', type: 'system' },
    before: months[2].month,
    keepMonths: 1,
    exportedBy: 'test',
    tell: () => undefined,
    databaseNow: async () => clock.now(),
    pause: async () => undefined,
    again: async () => {
      await seal();
      return true;
    },
    ...more,
  });
  const archive = (more: Partial<ArchiveOrder> = {}): Promise<ArchivedMonths> => archiveMonths(order(more));

  /** 400 entries in the first month, 200 in the second, 300 in the third; the rare ones stand at 10, 450 and 800. */
  async function threeMonths(): Promise<Receipt> {
    const many = (count: number): SyncLogEntryInput[] => Array.from({ length: count }, () => entry());
    await append(months[0].end, [...many(10), entry(RARE_UNIT), ...many(389)]);
    await append(months[1].end, [...many(50), entry(RARE_UNIT), ...many(149)]);
    const receipt = await received(months[1].end);
    await append(months[2].end, [...many(199), entry(RARE_UNIT), ...many(100)]);
    clock.set(new Date(months[3].end - DAY_MS));
    return receipt;
  }
  async function received(end: number): Promise<Receipt> {
    const keyDir = temporaryDir('receipts');
    ensureSigningKey(keyDir);
    const own = idsFrom(end - 1_000);
    const log = createSyncLog({ ids: own, clock });
    return test.db.run(async (tx) => {
      const [{ leafHash }] = await log.append(tx, [{ ...entry(), dossierId: DOSSIER }]);
      const input = { clientId: 'c', operation: 'o', dossierId: DOSSIER, contentDigest: 'd', salt: 's', leafHash };
      return issueReceipt(tx, input, { keys: fileSigningKeys(keyDir), ids: own, clock });
    });
  }
  const rare = async (from: LogSource, since?: Date): Promise<number[]> =>
    (
      await searchEntries(from, { all: [[{ facet: 'unit', value: RARE_UNIT }]], since }, { order: 'newest', limit: 50 })
    ).map(({ index }) => index);
  const bundles = (from: LogSource): Promise<(Buffer | undefined)[]> =>
    Promise.all([0, 1, 2].map((index) => readResource(from, { level: 'entries', index, width: 256 })));

  describe('are made ahead', () => {
    it('once, whoever asks, and with no right over what they hold', async () => {
      const before = months.length;
      const made = await Promise.allSettled([makeMonths(test.db, 5), makeMonths(test.db, 5)]);
      expect(made.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
      const names = (await readMonths(test.db)).map(({ month }) => month);
      expect(names).toHaveLength(before + 2);
      expect(await makeMonths(test.db, 5)).toBe(0);
      const [{ partition }] = await readMonths(test.db);
      for (const statement of [
        `drop table ${partition}`,
        `delete from ${partition}`,
        `insert into ${partition} select * from synclog_entry`,
        `alter table synclog_entry detach partition ${partition}`,
        `delete from synclog_month`,
        `insert into synclog_archive values ('2020-01', 0, now(), now(), gen_random_uuid())`,
        `select synclog_make_month('2099-01', gen_random_uuid(), gen_random_uuid())`,
      ])
        await expect(test.db.execute(statement)).rejects.toMatchObject({ code: '42501' });
    });

    it('and take in what a clock far ahead had written before', async () => {
      const far = months[3].end + 60 * DAY_MS;
      await append(far, [entry(RARE_UNIT)]);
      const beyond = (): Promise<unknown[]> => test.db.query('select id from synclog_entry_beyond');
      expect(await beyond()).toHaveLength(1);
      expect((await verifyState({ databaseUrl: test.ownerUrl })).map(({ code }) => code)).toEqual([
        'unexplained.entry-outside-months',
      ]);
      await makeMonths(test.db, 12);
      expect(await beyond()).toHaveLength(0);
      expect(await rare(source())).toEqual([0]);
    });
  });

  it('leave the database, and everything is found, proven and served as before', async () => {
    const receipt = await threeMonths();
    const served = await bundles(source());
    expect(await archive()).toEqual({
      months: [
        { month: months[0].month, entries: 400 },
        { month: months[1].month, entries: 201 },
      ],
      beforeLeaf: 768,
    });
    expect((await measureMonths(test.db)).map(({ month }) => month)).toEqual(months.slice(2).map(({ month }) => month));
    expect(await test.db.query('select id from synclog_entry')).toHaveLength(300 + 2);
    expect(await bundles(source())).toEqual(served);
    expect(await readResource(source(), { level: 'entries', index: 1, width: 7 })).toEqual(
      served[1]!.subarray(0, beginOf(served[1]!, 7)),
    );
    expect(await rare(source())).toEqual([800, 450, 10]);
    expect(await readNumbered(source(), 10)).toMatchObject({ index: 10, isSealed: true, entry: { unit: RARE_UNIT } });
    expect(await findReceiptLeaf(test.db, receipt)).toBe(600);
    expect(await verifyState({ databaseUrl: test.ownerUrl })).toEqual([]);
  });

  it('leave behind a folder that proves itself, and an entry that says so, signed before anything went', async () => {
    await threeMonths();
    const partitions = (await readMonths(test.db)).length;
    let atSigning = 0;
    await archive({
      again: async () => {
        atSigning = (await readMonths(test.db)).length;
        await seal();
        return true;
      },
    });
    expect(atSigning).toBe(partitions);
    const files = folderSource(dir);
    const { report } = await verifyBundle({ source: files, ranges: rangesOfSource(files), older: [], witnesses: [] });
    expect(report.wrong).toEqual([]);
    const said = await searchEntries(
      source(),
      { all: [[{ facet: 'kind', value: 'sync-log.archived' }]] },
      { order: 'oldest', limit: 5 },
    );
    expect(said.map(({ entry: one }) => one?.detail)).toEqual(
      months.slice(0, 2).map(({ month }) => ({ month, toIndex: 768 })),
    );
  });

  it('are asked for again, and never taken for nothing, where the archive is not at hand or not what was sealed', async () => {
    await threeMonths();
    await archive();
    const gone = { code: 'sync-log-archived', status: 410 };
    const isGone = async (from: LogSource): Promise<void> => {
      await expect(rare(from)).rejects.toMatchObject(gone);
      await expect(readNumbered(from, 10)).rejects.toMatchObject(gone);
      await expect(readResource(from, { level: 'entries', index: 0, width: 256 })).rejects.toMatchObject(gone);
    };
    await isGone(nowhere());
    // Only what is older than the archive's end is in it.
    for (const since of [new Date(months[2].end - 2 * DAY_MS), new Date(months[1].end)]) {
      expect(await rare(nowhere(), since)).toEqual([800]);
      expect((await searchEntries(nowhere(), { all: [], since }, { order: 'oldest', limit: 200 }))[0].index).toBe(601);
    }
    const path = join(dir, tilePath({ level: 'entries', index: 0, width: 256 }));
    const bytes = readFileSync(path);
    const extra = entryBundle([Buffer.from('{"v":1}')]);
    const changed = Buffer.from(bytes);
    changed[changed.length - 5] ^= 1;
    for (const damaged of [
      changed,
      Buffer.concat([bytes, extra]),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.alloc(0),
    ]) {
      writeFileSync(path, damaged);
      await isGone(source());
    }
    renameSync(path, `${path}.aside`);
    await isGone(source());
    mkdirSync(path);
    await isGone(source());
  });

  it.each(['settle', 'again'] as const)(
    'are whole after a run that broke off at %s, and the next one ends it',
    async (step) => {
      await threeMonths();
      const served = await bundles(source());
      const broken = step === 'settle' ? { settle: fail } : { again: async () => fail() };
      await expect(archive(broken)).rejects.toThrow('killed');
      expect(await bundles(nowhere())).toEqual(served);
      expect(await rare(nowhere())).toEqual([800, 450, 10]);
      expect((await archive()).beforeLeaf).toBe(768);
      expect(await bundles(source())).toEqual(served);
      const said = await test.db.query(`select id from synclog_entry where kind = 'sync-log.archived'`);
      expect(said).toHaveLength(2);
      expect(await verifyState({ databaseUrl: test.ownerUrl })).toEqual([]);
    },
  );

  it('go on from month to month in one folder', async () => {
    await threeMonths();
    await archive({ before: months[1].month, keepMonths: 2 });
    expect(await rare(source())).toEqual([800, 450, 10]);
    expect((await archive()).months.map(({ month }) => month)).toEqual([months[1].month]);
    expect(await rare(source())).toEqual([800, 450, 10]);
    await expect(archive()).rejects.toMatchObject({ code: 'synclog-nothing-to-archive' });
  });

  it.each([
    ['months that are to stay', 'synclog-months-kept', { keepMonths: 2 }],
    ['an entry that nobody signs', 'synclog-archive-unsigned', { again: async () => false }],
  ])('stay for %s', async (_what, code, more) => {
    await threeMonths();
    await expect(archive(more)).rejects.toMatchObject({ code });
    expect(await rare(nowhere())).toEqual([800, 450, 10]);
    expect(await readMonths(test.db)).toHaveLength(months.length);
  });

  it('stay while the bundle in which they end is not full', async () => {
    await append(months[0].end, [entry(RARE_UNIT)]);
    clock.set(new Date(months[3].end - DAY_MS));
    await expect(archive()).rejects.toMatchObject({ code: 'synclog-archive-early' });
    expect(await rare(nowhere())).toEqual([0]);
  });

  it('stay when an entry comes into them meanwhile, from a clock far behind, until that is archived, too', async () => {
    await threeMonths();
    const late = async (): Promise<boolean> => {
      const now = clock.now();
      await append(months[1].end - DAY_MS, [entry(RARE_UNIT)]);
      clock.set(now);
      await seal();
      return true;
    };
    await expect(archive({ again: late })).rejects.toMatchObject({ code: 'synclog-archive-early' });
    const all = await rare(source());
    expect(all).toHaveLength(4);
    // Its own bundle has to be full.
    await append(
      months[3].end + 3_600_000,
      Array.from({ length: 300 }, () => entry()),
    );
    await archive();
    expect(await rare(source())).toEqual(all);
    expect(await verifyState({ databaseUrl: test.ownerUrl })).toEqual([]);
  });

  it('stay when the archive does not hold what was written to it', async () => {
    await threeMonths();
    const damage = (): void => writeFileSync(join(dir, tilePath({ level: 'entries', index: 1, width: 256 })), 'lost');
    await expect(archive({ settle: damage })).rejects.toMatchObject({ code: 'synclog-archive-misfits' });
    expect(await readMonths(test.db)).toHaveLength(months.length);
    expect((await archive()).beforeLeaf).toBe(768);
  });

  it('stay when the newest checkpoint is not what its row says: nobody has signed so much', async () => {
    await append(
      months[0].end,
      Array.from({ length: 300 }, () => entry()),
    );
    const [{ note }] = await test.db.query<{ note: string }>('select note from synclog_checkpoint order by size desc');
    await append(
      months[1].end,
      Array.from({ length: 600 }, () => entry()),
    );
    await test.db.execute(
      `insert into synclog_checkpoint (size, root, note, signed_at) values (100000, sha256(''), $1, now())`,
      [note],
    );
    clock.set(new Date(months[3].end - DAY_MS));
    await expect(archive()).rejects.toMatchObject({ code: 'synclog-foreign' });
    expect(await readMonths(test.db)).toHaveLength(months.length);
  });

  it.each([
    ['the one of this machine', { clock: fixedClock('2020-01-15T00:00:00Z') }],
    ['the one of the database', { databaseNow: async () => new Date('2020-01-15T00:00:00Z') }],
  ])('stay when a clock is behind that says how old they are: %s', async (_which, more) => {
    await threeMonths();
    await expect(archive(more)).rejects.toMatchObject({ code: 'synclog-months-kept' });
  });

  it('leave once: a second run finds the first at work', async () => {
    await threeMonths();
    let second: unknown;
    await archive({
      again: async () => {
        second = await archive().catch((error: unknown) => error);
        await seal();
        return true;
      },
    });
    expect(second).toMatchObject({ code: 'synclog-archive-busy' });
  });

  it('wait for who reads the log, and hold up nobody who writes it', async () => {
    await threeMonths();
    await superuser.query('begin');
    await superuser.query('select count(*) from synclog_entry');
    const log = createSyncLog({ ids: idsFrom(months[2].end - 3_600_000), clock });
    let tries = 0;
    await archive({
      pause: async () => {
        tries += 1;
        // Between two tries, while the drop still waits.
        await test.db.run((tx) => log.append(tx, [entry()]));
        if (tries === 3) await superuser.query('commit');
      },
    });
    expect(tries).toBe(3);
    expect(await readMonths(test.db)).toHaveLength(months.length - 2);
  });

  it('stay as long as somebody reads the log all the time', async () => {
    await threeMonths();
    await superuser.query('begin');
    await superuser.query('select count(*) from synclog_entry');
    await expect(archive()).rejects.toMatchObject({ code: 'synclog-archive-busy' });
    await superuser.query('rollback');
    expect(await readMonths(test.db)).toHaveLength(months.length);
    expect((await archive()).beforeLeaf).toBe(768);
  });

  it('stay when the database does not hold what was signed: it is the evidence', async () => {
    await threeMonths();
    await superuser.query(
      `update synclog_entry set bytes = bytes || ' ' where id = (select entry_id from synclog_leaf where leaf_index = 20)`,
    );
    await expect(archive()).rejects.toMatchObject({ code: 'synclog-archive-misfits' });
    expect(await readMonths(test.db)).toHaveLength(months.length);
  });
});

function fail(): never {
  throw new Error('killed');
}

/** Where an entry of a bundle begins. */
function beginOf(bundle: Buffer, nth: number): number {
  let at = 0;
  for (let seen = 0; seen < nth; seen += 1) at += 2 + bundle.readUInt16BE(at);
  return at;
}
