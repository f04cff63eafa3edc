import { Database, Doorbell, silentLog } from '#platform';
import { seededRandom, testDatabase, until, type TestDatabase } from '#testing';
import { setTimeout as delay } from 'node:timers/promises';
import { dossierIds, sampleEvent } from '../sample-event.contract';
import { appendToOutbox } from './append-to-outbox';
import { lastPosition, readEventLog } from './read-event-log';
import { SequencerLoop } from './sequencer-loop';

const RUN_MS = process.env.SOAK === '1' ? 10_000 : 2_500;
const MIN_EVENTS = 500;
const WRITERS = 8;
const SEED = Number(process.env.SEED ?? 20_261_102);

let database: TestDatabase;
let pool: Database;
beforeAll(async () => {
  database = await testDatabase();
  pool = new Database({ url: database.url, applicationName: 'law', maxConnections: 16 }, silentLog);
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

const LOCK = 'select id, version from dossier where id = any ($1::uuid[]) order by id for update';
const RAISE = `update dossier set version = version + raised.by from unnest($1::uuid[], $2::integer[]) as raised (id, by) where dossier.id = raised.id`;

/** One transaction of a writer: a few dossiers locked in order, one or two events of each, jitter at every step. */
async function writeOnce(ids: readonly string[], random: () => number): Promise<number> {
  const chosen = ids.filter(() => random() < 0.15);
  if (chosen.length === 0) return 0;
  return pool.run(async (tx) => {
    // A number in the outbox taken early, like an xid, must not matter: some writers write before they lock.
    if (random() < 0.3) appendToOutbox(tx, [sampleEvent(null, 0)]);
    const locked = await tx.query<{ id: string; version: number }>(LOCK, [chosen]);
    await delay(random() * 8);
    const events = locked.flatMap(({ id, version }) =>
      Array.from({ length: random() < 0.5 ? 1 : 2 }, (_, n) => sampleEvent(id, version + n)),
    );
    appendToOutbox(tx, events);
    await delay(random() * 8);
    const raisedBy = locked.map(({ id }) => events.filter((event) => event.dossierId === id).length);
    await tx.execute(RAISE, [locked.map(({ id }) => id), raisedBy]);
    return events.length;
  });
}

/** A reader by position while everything runs; it remembers the last number of each dossier and every break. */
class FollowingReader {
  position = 0;
  events = 0;
  readonly breaks: string[] = [];
  private readonly lastSeq = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly limit: number,
  ) {}

  async read(): Promise<void> {
    for (const event of await readEventLog(pool, this.position, this.limit)) {
      if (event.position !== this.position + 1)
        this.breaks.push(`${this.name}: position ${event.position} after ${this.position}`);
      this.position = event.position;
      if (event.dossierId === null) continue;
      this.events += 1;
      const last = this.lastSeq.get(event.dossierId) ?? 0;
      if (event.seq !== last + 1) this.breaks.push(`${this.name}: number ${event.seq} after ${last}`);
      this.lastSeq.set(event.dossierId, event.seq ?? 0);
    }
  }

  async follow(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.read();
      await delay(1);
    }
  }
}

it(`gives every reader each dossier's numbers without a gap, whatever the writers do (seed ${SEED})`, async () => {
  const ids = dossierIds(20);
  await pool.execute(
    `insert into dossier (id, procedure, module, unit, state, version, projection, received_at, created_at, updated_at)
     select id, 'birth-group', 'KS', '99001', 'received', 1, '{}', now(), now(), now() from unnest($1::uuid[]) as id`,
    [ids],
  );
  const doorbell = new Doorbell(database.url, silentLog);
  // Two processes that both want the role, with batches small enough to cut transactions apart.
  const loops = [3, 37].map((batchSize) => new SequencerLoop({ db: pool, doorbell, log: silentLog, batchSize }));
  loops.forEach((loop) => loop.start());

  const readers = [1, 7, 500].map((limit, n) => new FollowingReader(`reader ${n}`, limit));
  let isOver = false;
  const following = readers.map((reader) => reader.follow(() => isOver));
  const endAt = performance.now() + RUN_MS;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    const random = seededRandom(SEED + writer);
    let written = 0;
    // On a busy machine time alone may bring few events: each writer also owes its share.
    while (performance.now() < endAt || written < MIN_EVENTS / WRITERS) {
      written += await writeOnce(ids, random);
      doorbell.ring('outbox');
    }
    return written;
  });
  const total = (await Promise.all(writers)).reduce((sum, written) => sum + written, 0);
  await until(
    async () => (await pool.query('select from event_outbox limit 1')).length === 0,
    10_000,
    'an empty outbox',
  );
  const last = await lastPosition(pool);
  await until(() => readers.every((reader) => reader.position === last), 20_000, 'the readers at the end');
  isOver = true;
  await Promise.all([...following, ...loops.map((loop) => loop.stop())]);

  expect(readers.flatMap((reader) => reader.breaks)).toEqual([]);
  expect(readers.map((reader) => reader.events)).toEqual([total, total, total]);
  expect(total).toBeGreaterThanOrEqual(MIN_EVENTS);
}, 60_000);
