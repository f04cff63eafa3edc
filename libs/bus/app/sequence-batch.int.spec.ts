import { Database, silentLog, type Tx } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { uuidv7 } from 'uuidv7';
import { dossierIds, mixedEvents, sampleEvent } from '../sample-event.contract';
import { appendToOutbox } from './append-to-outbox';
import { readEventLog } from './read-event-log';
import { gate } from '../gate.contract';
import { sequenceBatch } from './sequence-batch';

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

afterEach(async () => {
  while ((await sequenceBatch(database.db, 1_000)).events > 0);
});

async function lastPosition(): Promise<number> {
  const [row] = await database.db.query<{ last: string }>('select coalesce(max(position), 0) as last from event_log');
  return Number(row?.last);
}

async function appendLeaf(tx: Tx): Promise<string> {
  const id = uuidv7();
  await tx.execute(`insert into synclog_entry (id, at, kind, bytes) values ($1, now(), 'test.done', '{}')`, [id]);
  await tx.execute('insert into synclog_outbox (entry_id) values ($1)', [id]);
  return id;
}

describe('outbox and sequencer', () => {
  it('keeps the given order and every part of the events', async () => {
    const events = [...mixedEvents(dossierIds(20), 10), sampleEvent(null, 0)];
    const before = await lastPosition();
    await database.db.run((tx) => appendToOutbox(tx, events));
    expect(await sequenceBatch(database.db, 1_000)).toEqual({ events: 201, leaves: 0 });
    const logged = await readEventLog(database.db, before, 1_000);
    expect(logged).toEqual(events.map((event, index) => ({ ...event, position: before + index + 1 })));
  });

  it('numbers positions from 1 and leaves from 0, each without gaps over several batches', async () => {
    const fresh = await testDatabase();
    try {
      const entries: string[] = [];
      await fresh.db.run(async (tx) => {
        for (let index = 0; index < 7; index += 1) entries.push(await appendLeaf(tx));
        appendToOutbox(tx, mixedEvents(dossierIds(1), 5));
      });
      expect(await sequenceBatch(fresh.db, 3)).toEqual({ events: 3, leaves: 3 });
      expect(await sequenceBatch(fresh.db, 3)).toEqual({ events: 2, leaves: 3 });
      expect(await sequenceBatch(fresh.db, 3)).toEqual({ events: 0, leaves: 1 });
      expect(await sequenceBatch(fresh.db, 3)).toEqual({ events: 0, leaves: 0 });
      expect((await readEventLog(fresh.db, 0, 10)).map(({ position, seq }) => [position, seq])).toEqual(
        [1, 2, 3, 4, 5].map((n) => [n, n]),
      );
      const leaves = await fresh.db.query<{ leaf_index: string; entry_id: string }>(
        'select * from synclog_leaf order by leaf_index',
      );
      expect(leaves.map((leaf) => [Number(leaf.leaf_index), leaf.entry_id])).toEqual(
        entries.map((id, index) => [index, id]),
      );
    } finally {
      await fresh.drop();
    }
  });

  it('leaves what is not committed and takes it later, behind what was committed first', async () => {
    const [dossier] = dossierIds(1) as [string];
    const before = await lastPosition();
    const opened = gate();
    const release = gate();
    const slow = database.db.run(async (tx) => {
      appendToOutbox(tx, [sampleEvent(dossier, 1)]);
      opened.resolve();
      await release.promise;
    });
    await opened.promise;
    const [other] = dossierIds(1) as [string];
    await database.db.run((tx) => appendToOutbox(tx, [sampleEvent(other, 1)]));
    expect((await sequenceBatch(database.db, 100)).events).toBe(1);
    release.resolve();
    await slow;
    expect((await sequenceBatch(database.db, 100)).events).toBe(1);
    expect((await readEventLog(database.db, before, 10)).map((event) => event.dossierId)).toEqual([other, dossier]);
  });

  it('goes on within seconds when a process froze inside its transaction, and the frozen one loses nothing', async () => {
    const before = await lastPosition();
    await database.db.run((tx) => appendToOutbox(tx, mixedEvents(dossierIds(2), 5)));
    const frozen = new FreezingDatabase(database.url);
    const failed = sequenceBatch(frozen, 100).then(
      () => 'committed',
      () => 'refused',
    );
    await frozen.isHoldingTheRow;
    const started = performance.now();
    expect((await sequenceBatch(database.db, 100)).events).toBe(10);
    expect(performance.now() - started).toBeLessThan(4_000);
    frozen.thaw();
    expect(await failed).toBe('refused');
    await frozen.close();
    expect((await readEventLog(database.db, before, 100)).map((event) => event.position)).toEqual(
      Array.from({ length: 10 }, (_, n) => before + n + 1),
    );
  });
});

/** A process that stops between two statements, with the sequencer's row locked. */
class FreezingDatabase extends Database {
  private readonly holding = gate();
  private readonly thawed = gate();
  readonly isHoldingTheRow = this.holding.promise;

  constructor(url: string) {
    super({ url, applicationName: 'frozen' }, silentLog);
  }

  thaw(): void {
    this.thawed.resolve();
  }

  override run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return super.run((tx) =>
      work({
        execute: (sql, params) => tx.execute(sql, params),
        send: (sql, params) => tx.send(sql, params),
        query: async <R extends object>(sql: string, params?: readonly unknown[]) => {
          const rows = await tx.query<R>(sql, params);
          this.holding.resolve();
          await this.thawed.promise;
          return rows;
        },
      }),
    );
  }
}
