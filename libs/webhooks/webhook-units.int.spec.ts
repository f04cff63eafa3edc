import { rmSync } from 'node:fs';
import { appendToOutbox, feedItem, readEventsOfUnits, sequenceBatch } from '#bus';
import { Doorbell, silentLog, systemClock, uuidIds } from '#platform';
import { createSyncLog } from '#synclog';
import { LAW_SEED, seededRandom, temporaryDir, testDatabase, until, type TestDatabase } from '#testing';
import { keyFilePath, readKeyFile, rotateKeyFile } from './adapters/key-file';
import { readWebhooks } from './app/read-webhooks';
import { skipEvent } from './app/skip-event';
import { resumeWebhook, stopWebhook } from './app/stop-webhook';
import { WebhookLine } from './app/webhook-line';
import { receiverText } from './domain/webhook-keys';
import type { FeedRight, UnitsOf } from './ports';
import { fetchPort } from './testing/fetch-port';
import { WebhookReceiver } from './testing/webhook-receiver';

const OWN = '99001';
const OTHER = '99002';
const ACTOR = { id: 'operator', type: 'person' } as const;

describe('a webhook in the name of an account', () => {
  let database: TestDatabase;
  let doorbell: Doorbell;
  let keyDir: string;
  let receiver: WebhookReceiver;
  let keys: string[];
  let right: FeedRight;
  let line: WebhookLine | undefined;

  beforeEach(async () => {
    database = await testDatabase();
    doorbell = new Doorbell(database.url, silentLog);
    keyDir = temporaryDir('webhook-units-');
    keys = [];
    right = { units: [OWN] };
    line = undefined;
    receiver = await WebhookReceiver.open(() => keys);
  });
  afterEach(async () => {
    await line?.stop();
    await receiver.close();
    await database.drop();
    rmSync(keyDir, { recursive: true, force: true });
  });

  const syncLog = createSyncLog({ ids: uuidIds, clock: systemClock });
  const path = (): string => keyFilePath(keyDir, 'commune');
  const rotate = (): void => {
    keys.push(receiverText(rotateKeyFile(path(), { type: 'hmac', now: systemClock.now(), overlapMs: 0 })));
  };
  const worker = (): void => {
    const webhook = {
      id: 'commune',
      url: receiver.url,
      startAfter: 0,
      deadlineMs: 2_000,
      concurrency: 3,
      firstRetryMs: 20,
      maxRetryMs: 50,
      stopAfterMs: 3_600_000,
    };
    line = new WebhookLine(webhook, {
      db: database.db,
      port: fetchPort,
      readKeys: () => readKeyFile(path()),
      readRight: async () => right,
      owner: uuidIds.next(),
      syncLog,
      doorbell,
      clock: systemClock,
      random: seededRandom(LAW_SEED),
      log: silentLog,
    });
    line.start();
  };
  /** One event of each of these communes, in this order, each of a dossier of its own; of none where it is null. */
  const happen = async (...units: (string | null)[]): Promise<void> => {
    const events = units.map((unit) => ({
      eventId: uuidIds.next(),
      type: 'vn.lienthong.dossier.accepted.v1',
      at: new Date('2026-03-02T02:00:00Z'),
      dossierId: unit === null ? null : uuidIds.next(),
      seq: unit === null ? null : 1,
      unit,
      codes: {},
      data: {},
    }));
    await database.db.run((tx) => appendToOutbox(tx, events));
    await sequenceBatch(database.db, 10_000);
    doorbell.ring('event-log');
  };
  /** So many events of the other commune, as the sequencer leaves them. */
  const happenElsewhere = async (count: number): Promise<void> => {
    await database.db.run(async (tx) => {
      await tx.execute(
        `insert into event_log (position, event_id, type, at, dossier_id, seq, unit, codes, data)
         select next_position + n, gen_random_uuid(), 'vn.lienthong.dossier.accepted.v1', now(), gen_random_uuid(), 1, $2, '{}', '{}'
         from sequencer, generate_series(0, $1::integer - 1) as n where id = 1`,
        [count, OTHER],
      );
      await tx.execute('update sequencer set next_position = next_position + $1 where id = 1', [count]);
    });
    doorbell.ring('event-log');
  };
  const unitsOf: UnitsOf = async () => ('units' in right ? right.units : [OWN]);
  const status = async () => (await readWebhooks(database.db, [{ id: 'commune', client: 'commune' }], unitsOf))[0];
  const untilAt = (position: number) =>
    until(
      async () => (await status())?.position === position,
      20_000,
      async () => `the cursor at ${position}: ${JSON.stringify(await status())}; ${receiver.faults.join()}`,
    );
  const positions = (): number[] => receiver.taken.map(({ position }) => position).sort((one, other) => one - other);

  it('posts what the feed gives to the account, event by event, and passes by what it does not', async () => {
    rotate();
    await happen(OWN, OTHER, null, OWN, OTHER);
    worker();
    await untilAt(5);
    await happen(OTHER, OWN);
    await untilAt(7);
    const feed = await readEventsOfUnits(database.db, { after: 0, limit: 100, units: [OWN] });
    expect(positions()).toEqual([1, 4, 7]);
    const posted = [...receiver.seen].sort((one, other) => one.position - other.position);
    expect(posted.map(({ body }) => body)).toEqual(feed.map((event) => JSON.stringify(feedItem(event))));
    expect(receiver.faults).toEqual([]);
    expect(await status()).toMatchObject({ state: 'running', failures: 0, failureCode: null, lagPositions: 0 });
  });

  it('gives an account of several communes theirs, one of none nothing, and one without a limit everything', async () => {
    rotate();
    right = { units: [] };
    await happen(OWN, OTHER, '99003', null);
    worker();
    await untilAt(4);
    expect(receiver.seen).toEqual([]);
    right = { units: [OWN, OTHER] };
    await happen(OWN, OTHER, '99003', null);
    await untilAt(8);
    expect(positions()).toEqual([5, 6]);
    right = { units: null };
    await happen(OWN, OTHER, '99003', null);
    await untilAt(12);
    expect(positions()).toEqual([5, 6, 9, 10, 11, 12]);
  });

  it('counts another commune from the next batch on, to either side', async () => {
    rotate();
    await happen(OWN, OTHER);
    worker();
    await untilAt(2);
    right = { units: [OTHER] };
    await happen(OWN, OTHER);
    await untilAt(4);
    expect(positions()).toEqual([1, 4]);
    // What waits because it was refused is not posted any more when its commune is taken away.
    receiver.answer = () => 422;
    await happen(OTHER, OWN);
    await until(async () => (await status()).failureCode === 'http-422', 5_000, 'the failure');
    expect((await status()).position).toBe(4);
    const seen = receiver.seen.length;
    receiver.answer = () => 200;
    right = { units: [] };
    await untilAt(6);
    expect(positions()).toEqual([1, 4, ...receiver.seen.slice(seen).map(({ position }) => position)]);
  });

  it('posts nothing for batches of others, however many, needs no key for them, and loses nothing behind them', async () => {
    await happenElsewhere(25_000);
    worker();
    await untilAt(25_000);
    expect(await status()).toMatchObject({ failures: 0, failureCode: null, lastSuccessAt: null, keyId: null });
    rotate();
    await happenElsewhere(99);
    await happen(OWN);
    await happenElsewhere(12_000);
    await happen(OWN, OTHER);
    await untilAt(37_102);
    expect(positions()).toEqual([25_100, 37_101]);
    expect(receiver.seen).toHaveLength(2);
    expect((await status()).lastSuccessAt).toBeInstanceOf(Date);
  });

  it('loses nothing of what is numbered while it looks', async () => {
    rotate();
    worker();
    const random = seededRandom(LAW_SEED);
    const units: string[] = [];
    for (let round = 0; round < 80; round += 1) {
      const next = Array.from({ length: 1 + Math.floor(3 * random()) }, () => (random() < 0.3 ? OWN : OTHER));
      await happen(...next);
      units.push(...next);
    }
    await untilAt(units.length);
    expect(positions()).toEqual(units.flatMap((unit, at) => (unit === OWN ? [at + 1] : [])));
    expect(receiver.faults).toEqual([]);
  });

  it('waits right before its own event that is not taken, so that a person can skip that one and no other', async () => {
    rotate();
    receiver.answer = ({ position }) => (position === 4 ? 422 : 200);
    await happen(OTHER, OWN, OTHER, OWN, OTHER, OWN);
    worker();
    await until(async () => (await status())?.failureCode === 'http-422', 5_000, 'the failure');
    await untilAt(3);
    await until(() => receiver.taken.length === 2, 5_000, 'the others');
    const change = { id: 'commune', actor: ACTOR };
    await database.db.run((tx) => stopWebhook(tx, change, syncLog));
    await database.db.run((tx) => skipEvent(tx, { ...change, position: 4, reasonCode: 'refused-for-ever' }, syncLog));
    await database.db.run((tx) => resumeWebhook(tx, change, { clock: systemClock, syncLog }));
    await untilAt(6);
    expect(positions()).toEqual([2, 6]);
  });

  it('posts nothing while its account may not read the feed, says why, and goes on where it was', async () => {
    rotate();
    right = { refused: 'client-disabled' };
    await happen(OWN, OTHER);
    worker();
    await until(async () => (await status())?.failureCode === 'client-disabled', 5_000, 'the failure');
    await until(async () => (await status()).failures > 2, 5_000, 'further tries');
    expect(await status()).toMatchObject({ state: 'running', position: 0, lastSuccessAt: null });
    expect(receiver.seen).toEqual([]);
    right = { units: [OWN] };
    await untilAt(2);
    expect(positions()).toEqual([1]);
    expect(await status()).toMatchObject({ failures: 0, failureCode: null });
  });
});
