import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendToOutbox, feedItem, readEventLog, sequenceBatch, type DomainEventRecord } from '#bus';
import { Doorbell, silentLog, systemClock, uuidIds, type Clock } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, LAW_SEED, seededRandom, temporaryDir, testDatabase, until, type TestDatabase } from '#testing';
import { keyFilePath, readKeyFile, rotateKeyFile } from './adapters/key-file';
import { readWebhooks } from './app/read-webhooks';
import { skipEvent } from './app/skip-event';
import { resumeWebhook, stopWebhook } from './app/stop-webhook';
import { WebhookLine } from './app/webhook-line';
import { receiverText } from './domain/webhook-keys';
import type { Webhook } from './domain/webhook';
import { fetchPort } from './testing/fetch-port';
import { WebhookReceiver } from './testing/webhook-receiver';

const HOUR_MS = 3_600_000;
const ACTOR = { id: 'operator', type: 'person' } as const;

describe('a webhook', () => {
  const random = seededRandom(LAW_SEED);
  let database: TestDatabase;
  let doorbell: Doorbell;
  let keyDir: string;
  let receiver: WebhookReceiver;
  let known: string[];
  let lines: WebhookLine[];
  let clock: Clock;
  let seq: number;

  beforeEach(async () => {
    database = await testDatabase();
    doorbell = new Doorbell(database.url, silentLog);
    keyDir = temporaryDir('webhook-keys-');
    known = [];
    lines = [];
    seq = 0;
    clock = systemClock;
    receiver = await WebhookReceiver.open(
      () => known,
      () => clock.now().getTime() / 1000,
    );
    rotate();
  });
  afterEach(async () => {
    await Promise.all(lines.map((line) => line.stop()));
    await receiver.close();
    await database.drop();
    rmSync(keyDir, { recursive: true, force: true });
  });

  const path = (): string => keyFilePath(keyDir, 'one-stop');
  const rotate = (overlapMs = HOUR_MS): void => {
    known.unshift(receiverText(rotateKeyFile(path(), { type: 'hmac', now: clock.now(), overlapMs })));
  };
  const worker = (changes: Partial<Webhook> = {}): WebhookLine => {
    const webhook: Webhook = {
      id: 'one-stop',
      url: receiver.url,
      startAfter: 0,
      deadlineMs: 2_000,
      concurrency: 3,
      firstRetryMs: 20,
      maxRetryMs: 50,
      stopAfterMs: HOUR_MS,
      ...changes,
    };
    const line = new WebhookLine(webhook, {
      db: database.db,
      port: fetchPort,
      readKeys: () => readKeyFile(path()),
      readRight: async () => ({ units: null }),
      owner: uuidIds.next(),
      syncLog: createSyncLog({ ids: uuidIds, clock }),
      doorbell,
      clock,
      random,
      log: silentLog,
    });
    lines.push(line);
    line.start();
    return line;
  };
  const dossiers = Array.from({ length: 4 }, () => uuidIds.next());
  /** One event of each dossier a round, and one of none. */
  const happen = async (rounds: number): Promise<void> => {
    const events = Array.from({ length: rounds }, () => {
      seq += 1;
      return [...dossiers, null].map((dossierId): DomainEventRecord => ({
        eventId: uuidIds.next(),
        type: 'vn.lienthong.dossier.accepted.v1',
        at: new Date('2026-03-02T02:00:00Z'),
        dossierId,
        seq: dossierId === null ? null : seq,
        unit: null,
        codes: {},
        data: { round: seq },
      }));
    }).flat();
    await database.db.run((tx) => appendToOutbox(tx, events));
    await sequenceBatch(database.db, 10_000);
    doorbell.ring('event-log');
  };
  const nobody = async (): Promise<undefined> => undefined;
  const status = async () => (await readWebhooks(database.db, [{ id: 'one-stop' }], nobody))[0];
  const untilTaken = (count: number) =>
    until(
      () => receiver.taken.length >= count,
      10_000,
      () => `${count} events, ${receiver.taken.length} came; ${receiver.faults.join()}`,
    );
  /** The time after which a worker looks whether the webhook is still its own. */
  const passed = async (ms: number): Promise<void> => {
    const fromMs = performance.now();
    await until(() => performance.now() - fromMs > ms, ms + 2_000, 'time to pass');
  };
  const entries = async (): Promise<object[]> => {
    const rows = await database.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry order by id`,
    );
    return rows.map(({ entry }) => JSON.parse(entry) as object);
  };

  it('posts each event of the feed as it stands there, signed, those of a dossier in order, and once', async () => {
    await happen(40);
    worker();
    await untilTaken(200);
    await until(async () => (await status()).lagPositions === 0, 5_000, 'the cursor to arrive');
    const feed = (await readEventLog(database.db, 0, 200)).map((event) => JSON.stringify(feedItem(event)));
    const byPosition = [...receiver.seen].sort((one, other) => one.position - other.position);
    expect(byPosition.map(({ body }) => body)).toEqual(feed);
    expect(receiver.faults).toEqual([]);
    expect(await status()).toMatchObject({ state: 'running', position: 200, failures: 0, failureCode: null });
    expect((await status()).lastSuccessAt).toBeInstanceOf(Date);
  });

  it('begins behind the newest event when nothing else is said', async () => {
    await happen(1);
    worker({ startAfter: null });
    await until(async () => (await status()) !== undefined, 5_000, 'the webhook to be placed');
    await happen(1);
    await untilTaken(5);
    expect(receiver.taken.map(({ position }) => position).sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10]);
  });

  it('lets the other dossiers go on while one is refused, and loses nothing of that one', async () => {
    let isRefused = true;
    receiver.answer = ({ dossierId }) => (isRefused && dossierId === dossiers[1] ? 422 : 200);
    await happen(10);
    worker();
    await untilTaken(40);
    await until(async () => (await status()).failureCode === 'http-422', 5_000, 'the failure to be seen');
    expect((await status()).position).toBe(1);
    // What got through before is no success of now.
    const { lastSuccessAt, failures } = await status();
    await until(async () => (await status()).failures > failures + 2, 5_000, 'more failures');
    expect((await status()).lastSuccessAt).toEqual(lastSuccessAt);
    isRefused = false;
    await untilTaken(50);
    await until(async () => (await status()).position === 50, 5_000, 'the cursor to arrive');
    expect(receiver.faults).toEqual([]);
    // What had got through was not sent again.
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(50);
    expect(receiver.seen.filter(({ dossierId }) => dossierId !== dossiers[1])).toHaveLength(40);
  });

  it('is posted by one worker at a time, also when workers come and go', async () => {
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2 * random()));
      return random() < 0.1 ? 503 : 200;
    };
    await happen(40);
    for (let turn = 0; turn < 4; turn += 1) {
      const [one] = [worker(), worker()];
      await untilTaken(Math.min(200, (turn + 1) * 50));
      await one.stop();
    }
    await until(async () => (await status()).position === 200, 20_000, 'the cursor to arrive');
    expect(receiver.faults).toEqual([]);
    expect(receiver.taken).toHaveLength(200);
  }, 40_000);

  it('does not post behind a lease that another worker has taken over', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver.answer = async () => {
      await held;
      return 200;
    };
    await happen(3);
    worker({ concurrency: 1 });
    await until(() => receiver.seen.length === 1, 5_000, 'the first post');
    await database.db.execute(`update webhook set lease_owner = 'another', lease_until = now() + interval '1 hour'`);
    await passed(1_000);
    release();
    await until(async () => receiver.taken.length === 1, 5_000, 'the answer');
    await lines[0].stop();
    expect(receiver.seen).toHaveLength(1);
    expect((await status()).position).toBe(0);
  });

  it('leaves what a killed worker held alone until its lease is over, and then goes on', async () => {
    await happen(2);
    await database.db.execute(
      `insert into webhook (id, position, state, post_after, lease_owner, lease_until)
       values ('one-stop', 5, 'running', now(), 'killed', now() + interval '700 ms')`,
    );
    let firstMs = 0;
    receiver.answer = () => {
      firstMs ||= performance.now();
      return 200;
    };
    const fromMs = performance.now();
    worker();
    await untilTaken(5);
    expect(firstMs - fromMs).toBeGreaterThan(600);
    expect(receiver.taken.map(({ position }) => position).sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10]);
  });

  it('stops for good when the receiver wants no more, and goes on where it was when a person says so', async () => {
    receiver.answer = ({ position }) => (position > 5 && receiver.seen.length < 20 ? 410 : 200);
    await happen(2);
    worker({ concurrency: 1 });
    await until(async () => (await status())?.state === 'stopped', 5_000, 'the webhook to stop');
    expect(await status()).toMatchObject({ reasonCode: 'receiver-gone', failureCode: 'receiver-gone' });
    const posts = receiver.seen.length;
    await happen(1);
    receiver.answer = () => 200;
    expect(receiver.seen).toHaveLength(posts);
    await database.db.run((tx) =>
      resumeWebhook(tx, { id: 'one-stop', actor: ACTOR }, { clock, syncLog: createSyncLog({ ids: uuidIds, clock }) }),
    );
    await untilTaken(15);
    expect(receiver.faults).toEqual([]);
    expect(await entries()).toMatchObject([
      { kind: 'webhook-key.changed', detail: { webhookId: 'one-stop' } },
      { kind: 'webhook.stopped', actor: { type: 'system' }, detail: { reasonCode: 'receiver-gone' } },
      { kind: 'webhook.resumed', actor: { id: 'operator' } },
    ]);
  });

  it('stops itself when nothing gets through for too long', async () => {
    const moved = fixedClock(new Date());
    clock = moved;
    await happen(1);
    worker({ url: 'http://127.0.0.1:9/hook' });
    await until(async () => ((await status())?.failures ?? 0) > 0, 5_000, 'the first failure');
    expect((await status()).state).toBe('running');
    await until(
      async () => {
        moved.advance(10 * 60_000);
        return (await status()).state === 'stopped';
      },
      5_000,
      'the webhook to stop',
    );
    expect(await status()).toMatchObject({ reasonCode: 'failing-too-long', failureCode: 'away', position: 0 });
  });

  it('is stopped by a person', async () => {
    await happen(1);
    worker();
    await untilTaken(5);
    const syncLog = createSyncLog({ ids: uuidIds, clock });
    const stop = () => database.db.run((tx) => stopWebhook(tx, { id: 'one-stop', actor: ACTOR }, syncLog));
    await stop();
    expect(await status()).toMatchObject({ state: 'stopped', reasonCode: 'by-person' });
    await expect(stop()).rejects.toMatchObject({ code: 'webhook-not-running', status: 409 });
    await passed(1_000);
    await happen(1);
    await until(async () => (await status()).lagPositions === 5, 5_000, 'events to wait');
    await lines[0].stop();
    expect(receiver.taken).toHaveLength(5);
  });

  it('goes past the event at its head when a person says so, only while it is stopped, and past no other', async () => {
    receiver.answer = ({ position }) => (position === 3 ? 422 : 200);
    await happen(2);
    worker();
    await until(async () => (await status())?.failureCode === 'http-422', 5_000, 'the failure');
    await untilTaken(8);
    const syncLog = createSyncLog({ ids: uuidIds, clock });
    const skip = (position: number, id = 'one-stop') =>
      database.db.run((tx) => skipEvent(tx, { id, actor: ACTOR, position, reasonCode: 'refused-for-ever' }, syncLog));
    await expect(skip(3)).rejects.toMatchObject({ code: 'webhook-not-stopped', status: 409 });
    await database.db.run((tx) => stopWebhook(tx, { id: 'one-stop', actor: ACTOR }, syncLog));
    await expect(skip(3, 'nobody')).rejects.toMatchObject({ code: 'webhook-unknown', status: 404 });
    for (const other of [1, 2, 4, 11])
      await expect(skip(other)).rejects.toMatchObject({ code: 'webhook-head-differs', status: 409 });
    await skip(3);
    await expect(skip(3)).rejects.toMatchObject({ detail: 'the event at its head is 4: no other can be skipped' });
    expect(await status()).toMatchObject({ state: 'stopped', position: 3 });
    await database.db.run((tx) => resumeWebhook(tx, { id: 'one-stop', actor: ACTOR }, { clock, syncLog }));
    await untilTaken(9);
    await until(async () => (await status()).position === 10, 5_000, 'the cursor to arrive');
    expect(receiver.faults).toEqual([]);
    expect((await entries()).slice(1)).toMatchObject([
      { kind: 'webhook.stopped' },
      {
        kind: 'webhook.skipped',
        actor: { id: 'operator' },
        detail: { webhookId: 'one-stop', position: 3, reasonCode: 'refused-for-ever' },
      },
      { kind: 'webhook.resumed' },
    ]);
    const stop = () => database.db.run((tx) => stopWebhook(tx, { id: 'one-stop', actor: ACTOR }, syncLog));
    await stop();
    await expect(skip(11)).rejects.toMatchObject({ detail: 'no event waits at its head' });
  });

  it('changes its key without a restart: both sign until the end of the overlap', async () => {
    const moved = fixedClock(new Date());
    clock = moved;
    const [first] = known;
    await happen(1);
    worker();
    await untilTaken(5);
    rotate();
    const second = known[0];
    known = [first];
    await happen(1);
    await untilTaken(10);
    known = [second];
    await happen(1);
    await untilTaken(15);
    expect(receiver.seen.map(({ signatures }) => signatures)).toEqual([...Array(5).fill(1), ...Array(10).fill(2)]);
    moved.advance(HOUR_MS);
    await happen(1);
    await untilTaken(20);
    expect(receiver.seen.at(-1)?.signatures).toBe(1);
    expect(receiver.faults).toEqual([]);
    expect((await entries()).filter((entry) => 'kind' in entry && entry.kind === 'webhook-key.changed')).toHaveLength(
      2,
    );
  });

  it('waits for its key, and says so', async () => {
    rmSync(path());
    await happen(1);
    worker();
    await until(async () => (await status())?.failureCode === 'webhook-key-unreadable', 5_000, 'the failure');
    rotate();
    await untilTaken(5);
    expect(path()).toBe(join(keyDir, 'webhook-one-stop.json'));
  });
});
