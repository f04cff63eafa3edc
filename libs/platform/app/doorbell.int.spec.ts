import { Client } from 'pg';
import { testDatabase, until, type TestDatabase } from '#testing';
import { Doorbell } from './doorbell';
import { silentLog } from './log';

let database: TestDatabase;
let one: Doorbell;
let other: Doorbell;
let listener: Client;
/** Channels in the order in which the server passed them on. */
let heard: string[];

beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());
beforeEach(async () => {
  one = new Doorbell(database.url, silentLog, { applicationName: 'bell-one' });
  other = new Doorbell(database.url, silentLog, { applicationName: 'bell-other' });
  await Promise.all([one.start(), other.start()]);
  heard = [];
  listener = new Client({ connectionString: database.url });
  await listener.connect();
  listener.on('notification', (message) => heard.push(...(message.payload ?? '').split(' ').slice(1)));
  await listener.query('listen lienthong_doorbell');
});
afterEach(async () => {
  await Promise.all([one.stop(), other.stop(), listener.end()]);
});

describe('Doorbell', () => {
  it('wakes every waiter of this process at once, and no other channel', async () => {
    const lanes = one.wait('lanes', 100);
    const waiting = [one.wait('outbox', 5_000), one.wait('outbox', 5_000)];
    one.ring('outbox');
    expect(await Promise.all(waiting)).toEqual([true, true]);
    expect(await lanes).toBe(false);
  });

  it('wakes waiters of other processes', async () => {
    const waiting = other.wait('event-log', 5_000);
    one.ring('event-log');
    expect(await waiting).toBe(true);
  });

  it('notifies at most twice for a burst: its first ring at once and all others together', async () => {
    for (let ring = 0; ring < 1_000; ring += 1) one.ring('lanes');
    one.ring('event-log');
    await until(() => heard.filter((channel) => channel === 'lanes').length === 2, 2_000, 'the second notification');
    // A third would have come before this one, which rings after the throttle is over.
    const waiting = other.wait('outbox', 2_000);
    await one.wait('reply-rules', 120);
    one.ring('outbox');
    await waiting;
    await until(() => heard.includes('outbox'), 2_000);
    expect(heard).toEqual(['lanes', 'lanes', 'event-log', 'outbox']);
  });

  it('ends a wait by its time-out or its signal, without an error', async () => {
    const abort = new AbortController();
    const waiting = one.wait('lanes', 60_000, abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
    expect(await one.wait('lanes', 60_000, abort.signal)).toBe(false);
    expect(await one.wait('lanes', 1)).toBe(false);
  });

  it('connects again after its connection was ended, and wakes who may have missed a ring meanwhile', async () => {
    const waiting = other.wait('lanes', 10_000);
    await end('bell-other');
    expect(await waiting).toBe(true);
    const again = other.wait('lanes', 10_000);
    one.ring('lanes');
    expect(await again).toBe(true);
  });

  it('delivers what was rung while its connection was lost', async () => {
    await end('bell-one');
    const waiting = other.wait('outbox', 10_000);
    one.ring('outbox');
    expect(await waiting).toBe(true);
  });

  it('never opens a transaction', async () => {
    one.ring('lanes');
    await until(() => heard.length === 1, 2_000);
    const [row] = (await listener.query(`select state from pg_stat_activity where application_name = 'bell-one'`))
      .rows as { state: string }[];
    expect(row?.state).toBe('idle');
  });
});

async function end(applicationName: string): Promise<void> {
  await listener.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
    applicationName,
  ]);
}
