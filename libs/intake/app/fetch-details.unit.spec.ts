import { silentLog } from '#platform';
import { fetchDetails, type FetchLimits } from './fetch-details';

const LIMITS: FetchLimits = { maxConcurrency: 3, maxItems: 5, maxBytes: 1_000, deadlineMs: 1_000, maxMs: 60_000 };
const queueOf = (count: number): Parameters<typeof fetchDetails>[0] =>
  Array.from({ length: count }, (_, index) => ({
    item: { listId: String(index), code: `c${index}`, listing: Buffer.alloc(0) },
    openItemId: null,
  }));

describe('fetching details', () => {
  let nowMs = 0;
  let running = 0;
  let most = 0;
  const around = { signal: new AbortController().signal, log: silentLog, clock: { now: () => new Date(nowMs) } };
  const source = (bytes: number, fails: readonly string[] = []): Parameters<typeof fetchDetails>[1] => ({
    id: 'dvclt',
    fetch: async (item) => {
      running += 1;
      most = Math.max(most, running);
      // Later items answer first.
      await Promise.all(Array.from({ length: 10 - Number(item.listId) }, () => Promise.resolve()));
      running -= 1;
      if (fails.includes(item.code)) throw new Error('down');
      return Buffer.alloc(bytes);
    },
  });

  beforeEach(() => {
    nowMs = 0;
    most = 0;
  });

  it('takes a batch off the queue, in its order, with bounded concurrency', async () => {
    const queue = queueOf(8);
    const { fetched, failed } = await fetchDetails(queue, source(1), LIMITS, around);
    expect(fetched.map((one) => one.due.item.code)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect([failed, queue.length, most]).toEqual([0, 3, 3]);
  });

  it('begins no further detail once the batch has its bytes', async () => {
    const queue = queueOf(8);
    const { fetched } = await fetchDetails(queue, source(1_000), LIMITS, around);
    expect(fetched.length).toBeLessThanOrEqual(3);
    expect(fetched.length + queue.length).toBe(8);
  });

  it('begins no further detail once the batch has had its time', async () => {
    const queue = queueOf(8);
    const slow = source(1);
    const { fetched } = await fetchDetails(
      queue,
      { ...slow, fetch: (item, signal) => ((nowMs += 25_000), slow.fetch(item, signal)) },
      LIMITS,
      around,
    );
    expect(fetched).toHaveLength(3);
  });

  it('counts what failed and keeps the rest', async () => {
    const { fetched, failed } = await fetchDetails(queueOf(3), source(1, ['c1']), LIMITS, around);
    expect(fetched.map((one) => one.due.item.code)).toEqual(['c0', 'c2']);
    expect(failed).toBe(1);
  });
});
