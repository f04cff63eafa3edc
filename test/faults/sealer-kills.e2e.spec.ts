import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMasterKey } from '#access';
import { systemClock, uuidIds } from '#platform';
import {
  createSyncLog,
  ensureLogKey,
  ensureSigningKey,
  fileLogKeys,
  logKeyFiles,
  parseTilePath,
  readNewestCheckpoint,
  readResource,
  rotateLogKey,
  withoutArchive,
} from '#synclog';
import { pause } from '../../bench/harness/until';
import { GrowingRoot, readCheckpointNote, TlogReader } from '../journeys/tlog-reader';
import { seededRandom } from '../support/seeded-random';
import { temporaryDir } from '../support/temporary-dir';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';
import { SealerProcess } from './support/sealer-process';

const SEED = Number(process.env.SEED ?? 20_261_126);
const KILLS = process.env.SOAK ? 50 : 5;
const APPEND_EVERY_MS = 25;
const ACTOR = { id: 'worker', type: 'system' } as const;

/** Two workers number and seal, one or the other is killed at a random moment and comes back, while entries come in all the time. */
describe(`a sealer killed ${KILLS} times at random, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const syncLog = createSyncLog({ ids: uuidIds, clock: systemClock });
  const workers: SealerProcess[] = [];
  const appended: string[] = [];
  /** All checkpoints that were seen outside the database. */
  const outside = new Set<string>();
  let test: TestDatabase;
  let env: Record<string, string>;
  let isLoading = true;

  beforeAll(async () => {
    test = await testDatabase();
    const dir = temporaryDir('sealer-kills');
    const keyDir = join(dir, 'keys');
    ensureMasterKey(keyDir);
    ensureSigningKey(keyDir);
    ensureLogKey(keyDir, 'http://gateway.test');
    env = { DATABASE_URL: test.url, KEY_DIR: keyDir, CHECKPOINT_DIR: join(dir, 'outside') };
    workers.push(...(await Promise.all([SealerProcess.start(env), SealerProcess.start(env)])));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await test?.drop();
  }, 60_000);

  async function load(): Promise<void> {
    while (isLoading) {
      const entries = Array.from({ length: 1 + Math.floor(random() * 40) }, (_, count) => ({
        kind: 'dossier.received' as const,
        actor: ACTOR,
        detail: { count },
      }));
      const written = await test.db.run((tx) => syncLog.append(tx, entries));
      appended.push(...written.map(({ id }) => id));
      lookOutside();
      await pause(APPEND_EVERY_MS);
    }
  }
  function lookOutside(): void {
    try {
      outside.add(readFileSync(join(env.CHECKPOINT_DIR, 'checkpoint'), 'utf8'));
    } catch (error) {
      // Before the first one.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  async function killAll(): Promise<void> {
    for (let nth = 0; nth < KILLS; nth += 1) {
      await pause(random() * 1_200);
      const victim = Math.floor(random() * workers.length);
      await workers[victim].kill();
      // The key is replaced while one of the two is away.
      if (nth === Math.floor(KILLS / 2)) await rotate();
      workers[victim] = await SealerProcess.start(env);
    }
  }
  async function rotate(): Promise<void> {
    const files = logKeyFiles(env.KEY_DIR, () => systemClock.now());
    const clock = systemClock;
    await rotateLogKey({ db: test.db, files, syncLog, clock, actor: ACTOR, overlapMs: 3_600_000 });
  }
  const sealedSize = async (): Promise<number> => (await readNewestCheckpoint(test.db))?.size ?? 0;
  const countOfEntries = async (): Promise<number> =>
    Number((await test.db.query<{ count: string }>('select count(*) as count from synclog_entry'))[0].count);
  /** As the gateway serves it; the reader knows the format and nothing of the product. */
  async function fetchBytes(path: string): Promise<Buffer> {
    if (path === 'key') return Buffer.from(`${fileLogKeys(env.KEY_DIR)().current.vkey}\n`);
    if (path === 'checkpoint') return Buffer.from((await readNewestCheckpoint(test.db))!.note);
    const name = parseTilePath(path);
    const bytes = name && (await readResource(withoutArchive(test.db), name));
    if (bytes === undefined) throw new Error(`no ${path}`);
    return bytes;
  }

  it(
    'leaves no gap, no fork and no entry twice',
    async () => {
      const firstKey = fileLogKeys(env.KEY_DIR)().current.vkey;
      const loading = load();
      await killAll().finally(() => (isLoading = false));
      await loading;
      await until(
        async () => (await sealedSize()) === (await countOfEntries()),
        30_000,
        async () =>
          `the seal of all entries, ${await sealedSize()} are sealed\n${workers.map((one) => one.logged).join('\n')}`,
      );
      const { size, entries } = await new TlogReader(fetchBytes).readAll();
      const parsed = entries.map((entry) => JSON.parse(entry) as { id: string; kind: string });
      expect(new Set(parsed.map(({ id }) => id)).size).toBe(size);
      const ids = parsed.filter(({ kind }) => kind === 'dossier.received').map(({ id }) => id);
      expect([...ids].sort()).toEqual([...appended].sort());
      expect(parsed.filter(({ kind }) => kind === 'log-key.rotated')).toHaveLength(1);

      const lines = await test.db.query<{ note: string }>('select note from synclog_checkpoint');
      const keys = [firstKey, fileLogKeys(env.KEY_DIR)().current.vkey];
      const published = [...lines.map(({ note }) => note), ...outside]
        .map((note) => readCheckpointNote(note, keys))
        .sort((a, b) => a.size - b.size);
      expect(published.length).toBeGreaterThan(KILLS);
      expect(published.at(-1)?.size).toBe(size);
      const growing = new GrowingRoot();
      for (const { size: at, root } of published) {
        while (growing.size < at) growing.push(Buffer.from(entries[growing.size]));
        expect({ at, root: growing.root }).toEqual({ at, root });
      }
    },
    KILLS * 10_000 + 60_000,
  );
});
