import { Database, type Log, type LogFields } from '#platform';
import { testDatabase, until, type TestDatabase } from '#testing';
import { FaultProxy } from '../../test/support/fault-proxy';
import { untilDatabaseAnswers } from './await-database';

describe('a worker that starts while the database is away', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  const opened: Database[] = [];
  const lines: string[] = [];
  const keep = (event: string, _fields?: LogFields): void => void lines.push(event);
  const log: Log = { info: keep, warn: keep, error: keep, debug: () => undefined };

  beforeAll(async () => {
    database = await testDatabase();
    proxy = await FaultProxy.before(Number(new URL(database.url).port));
  }, 60_000);
  beforeEach(() => void lines.splice(0));
  afterAll(async () => {
    for (const db of opened) await db.close();
    await proxy.stop();
    await database.drop();
  });

  function through(change: (url: URL) => void = () => undefined): Database {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    change(url);
    const db = new Database({ url: url.href, applicationName: 'test' }, log);
    opened.push(db);
    return db;
  }

  it('waits, says so once, and goes on by itself', async () => {
    proxy.set({ kind: 'cut' });
    let isOver = false;
    const waiting = untilDatabaseAnswers({ db: through(), log }).then(() => (isOver = true));
    await until(() => lines.includes('worker.database.failed'), 5_000, 'the first line');
    expect(isOver).toBe(false);
    proxy.set({ kind: 'pass' });
    await waiting;
    expect(lines.filter((line) => line.startsWith('worker.database'))).toEqual([
      'worker.database.failed',
      'worker.database.recovered',
    ]);
  });

  it('does not wait for what waiting does not mend', async () => {
    const db = through((url) => (url.password = 'not-the-password'));
    await expect(untilDatabaseAnswers({ db, log })).rejects.toMatchObject({ code: '28P01' });
  });
});
