import { Doorbell, silentLog } from '#platform';
import { testDatabase, until, type TestDatabase } from '#testing';
import type { LoggedEvent } from '../domain/event-record';
import { gate } from '../gate.contract';
import type { EventPublisher } from '../ports';
import { dossierIds, mixedEvents } from '../sample-event.contract';
import { appendToOutbox } from './append-to-outbox';
import { Relay } from './relay';
import { sequenceBatch } from './sequence-batch';

let database: TestDatabase;
let doorbell: Doorbell;
beforeEach(async () => {
  database = await testDatabase();
  doorbell = new Doorbell(database.url, silentLog);
  relays = [];
  release = gate();
});
afterEach(async () => {
  release.resolve();
  await Promise.all(relays.map((relay) => relay.stop()));
  await database.drop();
});

/** Every relay of a test and the gate of those that hang: a test that fails must not leave a loop behind. */
let relays: Relay[];
let release: ReturnType<typeof gate>;

/** What a broker would hold. */
class RecordingPublisher implements EventPublisher {
  readonly positions: number[] = [];
  beforeStoring: () => Promise<void> = async () => undefined;
  afterStoring: () => Promise<void> = async () => undefined;

  async publish(events: readonly LoggedEvent[]): Promise<void> {
    await this.beforeStoring();
    this.positions.push(...events.map((event) => event.position));
    await this.afterStoring();
  }
}

function relayTo(publisher: EventPublisher, leaseMs = 5_000): Relay {
  const relay = new Relay({ db: database.db, publisher, doorbell, log: silentLog, batchSize: 10, leaseMs });
  relays.push(relay);
  return relay;
}

async function log(rounds: number): Promise<void> {
  await database.db.run((tx) => appendToOutbox(tx, mixedEvents(dossierIds(5), rounds)));
  await sequenceBatch(database.db, 10_000);
  doorbell.ring('event-log');
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);
const firstCopies = (positions: readonly number[]): number[] => [...new Set(positions)];

describe('Relay', () => {
  it('hands over everything once and in order, and knows how far behind it is', async () => {
    const broker = new RecordingPublisher();
    const relay = relayTo(broker);
    await log(8);
    expect(await relay.lagPositions()).toBe(40);
    relay.start();
    await until(async () => (await relay.lagPositions()) === 0, 5_000);
    await log(2);
    await until(async () => (await relay.lagPositions()) === 0, 5_000);
    await relay.stop();
    expect(broker.positions).toEqual(upTo(50));
  });

  it('repeats and keeps the order when it ended after the produce and before the cursor moved', async () => {
    await log(6);
    const broker = new RecordingPublisher();
    const ended = gate();
    let batches = 0;
    // Stored by the broker, and then this process is gone: it never gets to its cursor.
    broker.afterStoring = async () => {
      batches += 1;
      if (batches !== 2) return;
      ended.resolve();
      await release.promise;
    };
    const killed = relayTo(broker, 300);
    killed.start();
    await ended.promise;
    broker.afterStoring = async () => undefined;
    const next = relayTo(broker, 300);
    next.start();
    await until(async () => (await next.lagPositions()) === 0, 5_000);
    expect(broker.positions).toEqual([...upTo(20), ...upTo(30).slice(10)]);
    // The old one wakes up: its compare-and-set finds the cursor moved.
    release.resolve();
    await killed.stop();
    expect(await next.lagPositions()).toBe(0);
    await log(1);
    await until(async () => (await next.lagPositions()) === 0, 5_000);
    await next.stop();
    expect(firstCopies(broker.positions)).toEqual(upTo(35));
  });

  it('waits for a broker that is away and then goes on where it was', async () => {
    const broker = new RecordingPublisher();
    let refused = 0;
    let isAway = true;
    broker.beforeStoring = async () => {
      if (!isAway) return;
      refused += 1;
      throw new Error('away');
    };
    const relay = relayTo(broker);
    await log(6);
    relay.start();
    await until(() => refused >= 2, 5_000);
    expect(await relay.lagPositions()).toBe(30);
    isAway = false;
    await until(async () => (await relay.lagPositions()) === 0, 5_000);
    await relay.stop();
    expect(broker.positions).toEqual(upTo(30));
  });

  it('lets one of several relays work, and another go on at once when that one stops', async () => {
    const broker = new RecordingPublisher();
    const [first, second] = [relayTo(broker, 1_000), relayTo(broker, 1_000)];
    first.start();
    await log(4);
    await until(async () => (await first.lagPositions()) === 0, 5_000);
    second.start();
    await log(4);
    await until(async () => (await second.lagPositions()) === 0, 5_000);
    await first.stop();
    await log(4);
    await until(async () => (await second.lagPositions()) === 0, 5_000);
    await second.stop();
    expect(broker.positions).toEqual(upTo(60));
  });

  it('holds no transaction open around a produce', async () => {
    const broker = new RecordingPublisher();
    const producing = gate();
    broker.beforeStoring = async () => {
      producing.resolve();
      await release.promise;
    };
    const relay = relayTo(broker);
    await log(1);
    relay.start();
    await producing.promise;
    const open = await database.db.query(
      `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(open).toHaveLength(0);
    release.resolve();
    await until(async () => (await relay.lagPositions()) === 0, 5_000);
    await relay.stop();
  });
});
