import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { appendToOutbox, sequenceBatch, type Bus, type DomainEventRecord } from '#bus';
import { createBus } from '#bus/drivers';
import { BusServer } from '#bus/nest';
import { Database, silentLog } from '#platform';
import { testDatabase, until, type TestDatabase } from '#testing';
import { uuidv7 } from 'uuidv7';
import { PROGRESS_GROUP, ProgressByDayController } from './progress-by-day.controller';

let database: TestDatabase;
let bus: Bus;
let app: INestMicroservice;
beforeAll(async () => {
  database = await testDatabase();
  bus = createBus({ kind: 'postgres', db: database.db, log: silentLog, clientId: 'progress' });
  const module = await Test.createTestingModule({
    controllers: [ProgressByDayController],
    providers: [{ provide: Database, useValue: database.db }],
  }).compile();
  app = module.createNestMicroservice({ strategy: new BusServer({ bus, group: PROGRESS_GROUP, log: silentLog }) });
  await app.listen();
});
afterAll(async () => {
  await app.close();
  await bus.close();
  await database.drop();
});

function event(dossierId: string, seq: number, change: Record<string, unknown>): DomainEventRecord {
  const data = { state: 'received', procedure: 'birth-group', receivedDay: '2026-11-02', ...change };
  return {
    eventId: uuidv7(),
    type: 'vn.lienthong.dossier.received.v1',
    at: new Date(),
    dossierId,
    seq,
    unit: '99001',
    codes: {},
    data,
  };
}

async function emitAndWait(...events: DomainEventRecord[]): Promise<void> {
  await database.db.run((tx) => appendToOutbox(tx, events));
  await sequenceBatch(database.db, 1_000);
  await until(async () => (await bus.lag(PROGRESS_GROUP)) === 0, 10_000, 'everything handled');
}

async function rowOf(dossierId: string): Promise<unknown> {
  const [row] = await database.db.query(
    `select unit, to_char(day, 'YYYY-MM-DD') as day, procedure, state, seq from dossier_progress where dossier_id = $1`,
    [dossierId],
  );
  return row;
}

describe('progress by day', () => {
  it('keeps one row per dossier, as of its newest event', async () => {
    const id = uuidv7();
    await emitAndWait(event(id, 1, {}), event(id, 2, { state: 'with-one-stop' }));
    expect(await rowOf(id)).toEqual({
      unit: '99001',
      day: '2026-11-02',
      procedure: 'birth-group',
      state: 'with-one-stop',
      seq: 2,
    });
  });

  it('is not turned back by an older event that comes again', async () => {
    const id = uuidv7();
    await emitAndWait(event(id, 2, { state: 'with-one-stop' }), event(id, 1, {}));
    await emitAndWait(event(id, 2, { state: 'registered' }));
    expect(await rowOf(id)).toMatchObject({ state: 'with-one-stop', seq: 2 });
  });

  it('keeps an incomplete event as rejected and goes on', async () => {
    const id = uuidv7();
    await emitAndWait(event(id, 1, { procedure: undefined }), event(id, 2, { state: 'with-one-stop' }));
    expect(await rowOf(id)).toMatchObject({ seq: 2 });
    expect(await database.db.query('select reason from bus_rejected where consumer = $1', [PROGRESS_GROUP])).toEqual([
      { reason: 'progress-event-incomplete' },
    ]);
  });
});
