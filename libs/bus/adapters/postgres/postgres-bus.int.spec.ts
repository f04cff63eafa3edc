import { Doorbell, silentLog } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { appendToOutbox } from '../../app/append-to-outbox';
import { sequenceBatch } from '../../app/sequence-batch';
import { busContract, type BusHarness, type RejectedRow } from '../../bus.contract';
import type { DomainEventRecord } from '../../domain/event-record';
import { sampleEvent } from '../../sample-event.contract';
import { createBus } from '../create-bus';

let database: TestDatabase;
let doorbell: Doorbell;
let harness: BusHarness;

beforeAll(async () => {
  database = await testDatabase();
  doorbell = new Doorbell(database.url, silentLog);
  const { db } = database;
  const emit = async (events: readonly DomainEventRecord[]): Promise<void> => {
    await db.run((tx) => appendToOutbox(tx, events));
    while ((await sequenceBatch(db, 1_000)).events > 0) doorbell.ring('event-log');
  };
  harness = {
    open: () => createBus({ kind: 'postgres', db, doorbell, log: silentLog, clientId: 'contract' }),
    emit,
    emitUnreadable: (dossierId) =>
      emit([{ ...sampleEvent(dossierId, 1), seq: null, data: { note: 'unreadable-mark' } }]),
    rejected: (group) => db.query<RejectedRow>('select * from bus_rejected where consumer = $1', [group]),
  };
});
afterAll(() => database.drop());

describe('PostgresBus', () => {
  busContract(() => harness);
});
