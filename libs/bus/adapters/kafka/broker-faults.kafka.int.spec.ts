import { AppError, Doorbell, silentLog, type Log, type LogFields } from '#platform';
import { freePort, ownKafka, testDatabase, until, type OwnKafka, type TestDatabase } from '#testing';
import { appendToOutbox } from '../../app/append-to-outbox';
import { Relay } from '../../app/relay';
import { sequenceBatch } from '../../app/sequence-batch';
import { PARTITIONS } from '../../domain/partition-of';
import type { BusRecord } from '../../ports';
import { dossierIds, mixedEvents } from '../../sample-event.contract';
import { brokerReady, CHECKPOINTS_TOPIC, ensureTopics, EVENTS_TOPIC } from './kafka-admin';
import { KafkaBus } from './kafka-bus';
import { kafkaClient } from './kafka-client';

jest.setTimeout(120_000);

let database: TestDatabase;
let broker: OwnKafka;
let doorbell: Doorbell;
beforeAll(async () => {
  [database, broker] = await Promise.all([testDatabase(), ownKafka()]);
  doorbell = new Doorbell(database.url, silentLog);
  await brokerReady(broker.brokers, 30_000);
  await ensureTopics(broker.brokers);
}, 240_000);
afterAll(async () => {
  await broker?.stop();
  await database?.drop();
});

function openBus(change: Partial<ConstructorParameters<typeof KafkaBus>[0]> = {}): KafkaBus {
  return new KafkaBus({ brokers: broker.brokers, db: database.db, log: silentLog, clientId: 'faults', ...change });
}

/** First copies of the numbers of each dossier. */
function firstCopies(records: readonly BusRecord[], ids: readonly string[]): number[][] {
  return ids.map((id) => [
    ...new Set(records.filter((record) => record.dossierId === id).map((record) => record.seq ?? 0)),
  ]);
}

describe('topics and readiness', () => {
  it('makes the topics once, with the partitions of CONTRACTS §3', async () => {
    await ensureTopics(broker.brokers);
    const admin = kafkaClient(broker.brokers, 'look', silentLog).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [EVENTS_TOPIC, CHECKPOINTS_TOPIC] });
    const groups = await admin.listGroups();
    await admin.disconnect();
    expect(new Map(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual(
      new Map([
        ['dossier.events', PARTITIONS],
        ['synclog.checkpoints', 1],
      ]),
    );
    expect(groups.groups.filter(({ groupId }) => groupId.includes('readiness'))).toEqual([]);
  });

  it('says that no broker is ready when the deadline has passed', async () => {
    const refused = await brokerReady(`127.0.0.1:${await freePort()}`, 1_500).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'broker-not-ready', disposition: 'retry' });
  });
});

describe('a broker that is killed and comes back', () => {
  it('stops nothing for good: relay and consumer go on, in order, without giving up', async () => {
    const ids = dossierIds(20);
    const records: BusRecord[] = [];
    const fatal: unknown[] = [];
    const bus = openBus({ onFatal: (error) => fatal.push(error) });
    const relay = new Relay({ db: database.db, publisher: bus, doorbell, log: silentLog });
    const isComplete = (rounds: number): boolean => firstCopies(records, ids).every((seqs) => seqs.length === rounds);
    bus.subscribe({ group: 'restart', handle: async (batch) => void records.push(...batch) });
    relay.start();
    const events = mixedEvents(ids, 6);
    const emitRound = async (from: number, to: number): Promise<void> => {
      await database.db.run((tx) => appendToOutbox(tx, events.slice(from * ids.length, to * ids.length)));
      while ((await sequenceBatch(database.db, 1_000)).events > 0) doorbell.ring('event-log');
    };
    await emitRound(0, 2);
    await until(() => isComplete(2), 20_000, 'the rounds before');
    await broker.kill();
    await emitRound(2, 4);
    await until(async () => (await relay.lagPositions()) > 0, 5_000, 'a relay that waits');
    await broker.start();
    await emitRound(4, 6);
    await until(
      () => isComplete(6),
      60_000,
      () => `all rounds, have ${JSON.stringify(firstCopies(records, ids)[0])}`,
    );
    await until(async () => (await bus.lag('restart')) === 0, 20_000, 'committed');
    await relay.stop();
    await bus.close();
    for (const seqs of firstCopies(records, ids)) expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(fatal).toEqual([]);
  });

  it('may be away when the consumer starts', async () => {
    await broker.kill();
    const ids = dossierIds(3);
    const records: BusRecord[] = [];
    const bus = openBus();
    bus.subscribe({ group: 'late', handle: async (batch) => void records.push(...batch) });
    await expect(bus.publish([{ ...mixedEvents(ids, 1)[0], position: 1 }])).rejects.toThrow();
    await broker.start();
    await bus.publish(mixedEvents(ids, 1).map((event, index) => ({ ...event, position: index + 1 })));
    await until(() => firstCopies(records, ids).every((seqs) => seqs.length === 1), 60_000, 'the records');
    await bus.close();
  });
});

describe('a consumer that kafkajs gives up', () => {
  it('is rebuilt, reported as fatal at the third crash, and works again when the cause is gone', async () => {
    // A member with another assignment protocol makes every join of ours fail, and kafkajs calls that not retriable.
    const foreign = kafkaClient(broker.brokers, 'foreign', silentLog).consumer({
      groupId: 'given-up',
      partitionAssigners: [
        () => ({
          name: 'Other',
          version: 1,
          assign: async () => [],
          protocol: () => ({ name: 'Other', metadata: foreignMetadata() }),
        }),
      ],
    });
    await foreign.connect();
    await foreign.subscribe({ topic: CHECKPOINTS_TOPIC });
    await foreign.run({ eachMessage: async () => undefined });

    const lines = new RecordingLog();
    const fatal: unknown[] = [];
    const records: BusRecord[] = [];
    const bus = openBus({ log: lines, onFatal: (error) => fatal.push(error) });
    bus.subscribe({ group: 'given-up', handle: async (batch) => void records.push(...batch) });
    await until(() => fatal.length === 1, 60_000, 'the third crash');
    expect(lines.count('bus.consumer-crashed')).toBe(3);
    await foreign.disconnect();
    const ids = dossierIds(2);
    await bus.publish(mixedEvents(ids, 1).map((event, index) => ({ ...event, position: index + 1 })));
    await until(() => firstCopies(records, ids).every((seqs) => seqs.length === 1), 60_000, 'the records');
    await bus.close();
  });

  it('is rebuilt when records wait and nothing is fetched', async () => {
    const lines = new RecordingLog();
    const records: BusRecord[] = [];
    let isSick = true;
    // Behind a failed partition a fetch waits for up to half a second: longer than it may here.
    const bus = openBus({ log: lines, stallMs: 150 });
    const [id] = dossierIds(1) as [string];
    bus.subscribe({
      group: 'stalled',
      handle: async (batch) => {
        if (isSick && batch.some((record) => record.dossierId === id)) throw new Error('sick');
        records.push(...batch);
      },
    });
    await bus.publish(mixedEvents([id], 3).map((event, index) => ({ ...event, position: index + 1 })));
    await until(() => lines.count('bus.consumer-stalled') > 0, 30_000, 'the watchdog');
    isSick = false;
    await until(() => firstCopies(records, [id])[0]?.length === 3, 60_000, 'the records');
    await bus.close();
    expect(firstCopies(records, [id])).toEqual([[1, 2, 3]]);
  });
});

/** A member's subscription to one topic: version 0, one name, no user data. */
function foreignMetadata(): Buffer {
  const name = Buffer.from(CHECKPOINTS_TOPIC);
  const metadata = Buffer.alloc(2 + 4 + 2 + name.length + 4);
  metadata.writeInt32BE(1, 2);
  metadata.writeInt16BE(name.length, 6);
  name.copy(metadata, 8);
  return metadata;
}

class RecordingLog implements Log {
  private readonly events: string[] = [];

  readonly info = (event: string, _fields?: LogFields): void => void this.events.push(event);
  readonly warn = this.info;
  readonly error = this.info;
  readonly debug = this.info;

  count(event: string): number {
    return this.events.filter((one) => one === event).length;
  }
}
