import { until } from '#testing';
import type { DomainEventRecord } from './domain/event-record';
import { gate } from './gate.contract';
import type { Bus, BusRecord, SubscribeOptions } from './ports';
import { dossierIds, mixedEvents, sampleEvent } from './sample-event.contract';

export interface RejectedRow {
  topic: string;
  partition: number;
  record_offset: string;
  record_key: Buffer | null;
  record_headers: Record<string, string[]>;
  record_value: Buffer | null;
  reason: string;
}

/** What a driver gives the suite. Everything is real: the log, the database, several members as several `Bus` objects. */
export interface BusHarness {
  /** Another process of the product. */
  open(): Bus;
  /** Brings events to where consumers read them. */
  emit(events: readonly DomainEventRecord[]): Promise<void>;
  /** Puts a record that cannot be read behind what was emitted, into the partition of this dossier. */
  emitUnreadable(dossierId: string): Promise<void>;
  rejected(group: string): Promise<RejectedRow[]>;
}

/** What one group got, in the order in which it got it. */
class Recorder {
  readonly records: BusRecord[] = [];

  count(): number {
    return new Set(this.records.map((record) => record.eventId)).size;
  }

  /** First copies of a dossier's numbers. */
  seqsOf(dossierId: string): (number | null)[] {
    return [...new Set(this.records.filter((record) => record.dossierId === dossierId).map((record) => record.seq))];
  }

  readonly keep: SubscribeOptions['handle'] = async (batch) => void this.records.push(...batch);
}

const DEADLINE_MS = 20_000;
const numbers = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);
let groups = 0;

/** The contract of the port `Bus`, run by every driver. */
export function busContract(harness: () => BusHarness): void {
  jest.setTimeout(60_000);
  let buses: Bus[];
  let group: string;
  const open = (): Bus => {
    const bus = harness().open();
    buses.push(bus);
    return bus;
  };
  beforeEach(() => {
    buses = [];
    groups += 1;
    group = `contract-${process.pid}-${Date.now()}-${groups}`;
  });
  afterEach(async () => void (await Promise.all(buses.map((bus) => bus.close()))));

  it('delivers what was there before and what comes later, whole, in the order of each dossier', async () => {
    const ids = dossierIds(20);
    const events = mixedEvents(ids, 10);
    await harness().emit(events.slice(0, 120));
    const got = new Recorder();
    open().subscribe({ group, handle: got.keep });
    await until(() => ids.every((id) => got.seqsOf(id).length >= 6), DEADLINE_MS, 'the first six of each');
    await harness().emit([...events.slice(120), sampleEvent(null, 0)]);
    await until(() => ids.every((id) => got.seqsOf(id).length >= 10), DEADLINE_MS, 'all ten of each');
    for (const id of ids) expect(got.seqsOf(id)).toEqual(numbers(10));
    const sent = new Map(events.map((event) => [event.eventId, event]));
    const ours = got.records.filter((record) => record.dossierId !== null && ids.includes(record.dossierId));
    for (const record of ours) expect(record).toEqual(sent.get(record.eventId));
    expect(got.records.every((record) => record.dossierId !== null)).toBe(true);
  });

  it('brings the batch again after a handler failed, holds back its partition only, and loses nothing', async () => {
    const [sick, ...healthy] = dossierIds(24) as [string, ...string[]];
    const got = new Recorder();
    let failures = 0;
    open().subscribe({
      group,
      handle: async (batch, context) => {
        if (failures < 3 && batch.some((record) => record.dossierId === sick)) {
          failures += 1;
          throw new Error('no');
        }
        await got.keep(batch, context);
      },
    });
    await harness().emit(mixedEvents([sick, ...healthy], 5));
    await until(() => [sick, ...healthy].every((id) => got.seqsOf(id).length === 5), DEADLINE_MS, 'everything');
    expect(failures).toBe(3);
    for (const id of [sick, ...healthy]) expect(got.seqsOf(id)).toEqual(numbers(5));
  });

  it('gives every group all records, and starts a group again where it had committed', async () => {
    const ids = dossierIds(6);
    const [first, second, again] = [new Recorder(), new Recorder(), new Recorder()];
    const bus = open();
    await harness().emit(mixedEvents(ids, 2));
    const subscription = bus.subscribe({ group, handle: first.keep });
    bus.subscribe({ group: `${group}-other`, handle: second.keep });
    await until(
      () => [first, second].every((got) => ids.every((id) => got.seqsOf(id).length === 2)),
      DEADLINE_MS,
      'both groups',
    );
    await until(async () => (await bus.lag(group)) === 0, DEADLINE_MS, 'committed');
    await subscription.stop();
    await harness().emit(ids.map((id) => sampleEvent(id, 3)));
    open().subscribe({ group, handle: again.keep });
    await until(() => ids.every((id) => again.seqsOf(id).includes(3)), DEADLINE_MS, 'what came meanwhile');
    expect(again.records.every((record) => record.seq === 3)).toBe(true);
  });

  it('gives the batch of a member that froze before its commit to another member', async () => {
    const ids = dossierIds(12);
    const frozen = gate();
    const thaw = gate();
    const got = new Recorder();
    open().subscribe({
      group,
      handle: async () => {
        frozen.resolve();
        await thaw.promise;
      },
    });
    await harness().emit(mixedEvents(ids, 3));
    await frozen.promise;
    open().subscribe({ group, handle: got.keep });
    await until(() => ids.every((id) => got.seqsOf(id).length === 3), 40_000, 'the other member has everything');
    thaw.resolve();
    for (const id of ids) expect(got.seqsOf(id)).toEqual(numbers(3));
  });

  it('shares partitions with a member that joins, takes them back when it leaves, and loses and reorders nothing', async () => {
    const ids = dossierIds(48);
    const all = new Recorder();
    const [first, second] = [new Recorder(), new Recorder()];
    const both =
      (own: Recorder): SubscribeOptions['handle'] =>
      async (batch, context) => {
        await own.keep(batch, context);
        await all.keep(batch, context);
      };
    open().subscribe({ group, handle: both(first) });
    const round = async (seq: number): Promise<void> => {
      await harness().emit(ids.map((id) => sampleEvent(id, seq)));
      await until(() => ids.every((id) => all.seqsOf(id).length === seq), DEADLINE_MS, `round ${seq}`);
    };
    await round(1);
    const joined = open().subscribe({ group, handle: both(second) });
    let seq = 1;
    await until(
      async () => {
        await round((seq += 1));
        const [ofFirst, ofSecond] = [first, second].map(
          (got) => got.records.filter((record) => record.seq === seq).length,
        );
        return ofFirst !== 0 && ofSecond !== 0;
      },
      DEADLINE_MS,
      'both members at work',
    );
    await joined.stop();
    const bySecond = second.records.length;
    await round((seq += 1));
    expect(second.records).toHaveLength(bySecond);
    for (const id of ids) expect(all.seqsOf(id)).toEqual(numbers(seq));
  });

  it('keeps an unreadable record with its bytes and goes on behind it', async () => {
    const [id] = dossierIds(1) as [string];
    const got = new Recorder();
    await harness().emit([sampleEvent(id, 1)]);
    await harness().emitUnreadable(id);
    await harness().emit([sampleEvent(id, 2)]);
    const bus = open();
    bus.subscribe({ group, handle: got.keep });
    await until(() => got.seqsOf(id).length === 2, DEADLINE_MS, 'what stands behind it');
    const kept = (await harness().rejected(group)).filter((row) => row.record_key?.toString() === id);
    expect(kept).toHaveLength(1);
    expect(kept[0]?.record_value?.toString()).toContain('unreadable-mark');
    expect(kept[0]?.reason).toMatch(/missing|malformed|not a JSON object/);
    await until(async () => (await bus.lag(group)) === 0, DEADLINE_MS, 'the partition went on');
  });

  it('keeps a record that the handler rejects, once, and does not bring it again', async () => {
    const [id] = dossierIds(1) as [string];
    const got = new Recorder();
    const bus = open();
    bus.subscribe({
      group,
      handle: async (batch, context) => {
        await got.keep(batch, context);
        for (const record of batch) if (record.dossierId === id) await context.reject(record, 'not-for-us');
        await context.heartbeat();
      },
    });
    await harness().emit([sampleEvent(id, 1)]);
    const kept = async (): Promise<RejectedRow[]> =>
      (await harness().rejected(group)).filter((row) => row.reason === 'not-for-us');
    await until(async () => (await kept()).length > 0, DEADLINE_MS, 'the rejected row');
    await until(async () => (await bus.lag(group)) === 0, DEADLINE_MS, 'committed');
    expect((await kept()).map((row) => row.record_key?.toString())).toEqual([id]);
    expect(got.seqsOf(id)).toEqual([1]);
  });

  it('tells how far a group is behind and how long ago it asked', async () => {
    const bus = open();
    expect(bus.lastFetchAgeMs()).toBeNull();
    const got = new Recorder();
    bus.subscribe({ group, handle: got.keep });
    const [id] = dossierIds(1) as [string];
    await harness().emit([sampleEvent(id, 1)]);
    await until(() => got.seqsOf(id).length === 1, DEADLINE_MS);
    await until(async () => (await bus.lag(group)) === 0, DEADLINE_MS, 'no lag');
    await until(() => (bus.lastFetchAgeMs() ?? Infinity) < 1_000, DEADLINE_MS, 'a fresh fetch');
    const stopped = open();
    const subscription = stopped.subscribe({ group: `${group}-b`, handle: got.keep });
    await until(async () => (await stopped.lag(`${group}-b`)) === 0, DEADLINE_MS, 'the second group is even');
    await subscription.stop();
    await harness().emit(mixedEvents(dossierIds(1), 7));
    expect(await stopped.lag(`${group}-b`)).toBe(7);
  });

  it('commits nothing after it was told to stop in the middle of a batch', async () => {
    const [id] = dossierIds(1) as [string];
    await harness().emit([sampleEvent(id, 1)]);
    const started = gate();
    const bus = open();
    const subscription = bus.subscribe({
      group,
      handle: async (_batch, context) => {
        started.resolve();
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
        context.signal.throwIfAborted();
      },
    });
    await started.promise;
    await subscription.stop();
    const got = new Recorder();
    bus.subscribe({ group, handle: got.keep });
    await until(() => got.seqsOf(id).length === 1, DEADLINE_MS, 'the batch again');
  });
}
