import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { appendToOutbox, sequenceBatch, type Bus } from '#bus';
import { createBus } from '#bus/drivers';
import { BusServer } from '#bus/nest';
import { Doorbell, silentLog } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { uuidv7 } from 'uuidv7';
import { FEED_GROUP, FeedNotifierController } from './feed-notifier.controller';

let database: TestDatabase;
let bus: Bus;
let app: INestMicroservice;
let ours: Doorbell;
let theirs: Doorbell;
beforeAll(async () => {
  database = await testDatabase();
  [ours, theirs] = [new Doorbell(database.url, silentLog), new Doorbell(database.url, silentLog)];
  await Promise.all([ours.start(), theirs.start()]);
  bus = createBus({ kind: 'postgres', db: database.db, log: silentLog, clientId: 'feed' });
  const module = await Test.createTestingModule({
    controllers: [FeedNotifierController],
    providers: [{ provide: Doorbell, useValue: ours }],
  }).compile();
  app = module.createNestMicroservice({ strategy: new BusServer({ bus, group: FEED_GROUP, log: silentLog }) });
  await app.listen();
});
afterAll(async () => {
  await app.close();
  await bus.close();
  await Promise.all([ours.stop(), theirs.stop()]);
  await database.drop();
});

it('wakes those who wait at the end of the feed, in this gateway and in the others', async () => {
  const waiting = [ours.wait('feed', 10_000), theirs.wait('feed', 10_000)];
  await database.db.run((tx) =>
    appendToOutbox(tx, [
      {
        eventId: uuidv7(),
        type: 'vn.lienthong.dossier.received.v1',
        at: new Date(),
        dossierId: uuidv7(),
        seq: 1,
        unit: '99001',
        codes: {},
        data: {},
      },
    ]),
  );
  await sequenceBatch(database.db, 10);
  expect(await Promise.all(waiting)).toEqual([true, true]);
});
