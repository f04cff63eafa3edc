import { seededRandom, testDatabase, until, type TestDatabase } from '#testing';
import { FaultProxy } from '../../../test/support/fault-proxy';
import { silentLog } from './log';
import { Database } from './database';

const SEED = Number(process.env.SEED ?? 4_711);
const CUTS = process.env.SOAK ? 300 : 30;
const WORKERS = 12;

/** Connections are cut at any moment of a transaction: while it begins, between its statements, while it commits. */
describe(`a database whose connections are cut, seed ${SEED}`, () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let db: Database;
  beforeAll(async () => {
    database = await testDatabase();
    proxy = await FaultProxy.before(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    db = new Database({ url: url.href, applicationName: 'cut', maxConnections: WORKERS / 2 }, silentLog);
  }, 60_000);
  afterAll(async () => {
    await db.close();
    await proxy.stop();
    await database.drop();
  });

  it('leaves no work hanging and no connection taken: every transaction ends one way or the other, and the next one works', async () => {
    const random = seededRandom(SEED);
    let isOver = false;
    const ends = { done: 0, failed: 0 };
    const work = async (): Promise<void> => {
      while (!isOver) {
        await db
          .run(async (tx) => {
            tx.send(`select set_config('lock_timeout', '4s', true)`);
            await tx.query('select 1 as one where $1::integer > 0', [1]);
            await Promise.all([tx.query('select 1 as one'), tx.execute('select 2 as two where $1::integer > 0', [1])]);
          })
          .then(
            () => (ends.done += 1),
            () => (ends.failed += 1),
          );
      }
    };
    const workers = Array.from({ length: WORKERS }, work);
    for (let cut = 0; cut < CUTS; cut += 1) {
      const { done, failed } = ends;
      const [before, after] = [Math.floor(random() * 40), Math.floor(random() * 3)];
      await until(
        () => ends.done >= done + before,
        10_000,
        () => `work before cut ${cut}: ${JSON.stringify(ends)}`,
      );
      proxy.set({ kind: 'cut' });
      await until(
        () => ends.failed > failed + after,
        10_000,
        () => `failures of cut ${cut}: ${JSON.stringify(ends)}`,
      );
      proxy.set({ kind: 'pass' });
    }
    isOver = true;
    let isEnded = false;
    void Promise.all(workers).then(() => (isEnded = true));
    await until(
      () => isEnded,
      15_000,
      () => `the end of all work: ${JSON.stringify({ ...ends, waiting: db.pool.waitingCount })}`,
    );
    expect(db.pool.totalCount - db.pool.idleCount).toBe(0);
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  }, 120_000);
});
