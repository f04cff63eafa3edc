import type { VaultDraft } from '#access';
import { AppError, silentLog } from '#platform';
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
  const never = (): never => {
    throw new Error('no message here is large');
  };
  const around = {
    signal: new AbortController().signal,
    log: silentLog,
    clock: { now: () => new Date(nowMs) },
    vault: { beginDraft: never, discardDrafts: never },
  };
  const source = (bytes: number, fails: readonly string[] = []): Parameters<typeof fetchDetails>[1] => ({
    id: 'dvclt',
    decodeLarge: never,
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

describe('fetching details of which some are large', () => {
  const discarded: string[] = [];
  const order: string[] = [];
  const around = (): Parameters<typeof fetchDetails>[3] => {
    let drafts = 0;
    return {
      signal: new AbortController().signal,
      log: silentLog,
      clock: { now: () => new Date(0) },
      vault: {
        beginDraft: () => {
          const ref = `draft-${(drafts += 1)}`;
          let sizeBytes = 0;
          return {
            ref,
            write: async (bytes) => void (sizeBytes += bytes.length),
            finish: async () => ({ ref, sizeBytes }) as VaultDraft,
          };
        },
        discardDrafts: async (refs) => void discarded.push(...refs),
      },
    };
  };
  /** `large` items come as a stream of three pieces; `cut` ones break off after two. */
  const source = (large: readonly string[], cut: readonly string[] = []): Parameters<typeof fetchDetails>[1] => ({
    id: 'dvclt',
    fetch: async ({ code }) => {
      if (!large.includes(code)) return Buffer.from(code);
      return (async function* () {
        yield Buffer.alloc(10);
        yield Buffer.alloc(10);
        if (cut.includes(code)) throw new AppError({ code: 'wire.cut', disposition: 'retry' });
        yield Buffer.alloc(10);
      })();
    },
    decodeLarge: async (raw, files) => {
      files.begin();
      for await (const bytes of raw) order.push(`${bytes.length}`);
      return { stages: [], failure: { stage: 'xml', code: 'made-up', reason: 'made up', responsible: 'dvclt' } };
    },
  });
  const all = async (queue: ReturnType<typeof queueOf>, from: ReturnType<typeof source>) => {
    const batches: Awaited<ReturnType<typeof fetchDetails>>[] = [];
    while (queue.length > 0) batches.push(await fetchDetails(queue, from, LIMITS, around()));
    return batches;
  };

  beforeEach(() => {
    discarded.length = 0;
    order.length = 0;
  });

  it('reads large ones after the small ones, each in a batch of its own [Q21 Q43]', async () => {
    const batches = await all(queueOf(6), source(['c0', 'c3']));
    expect(batches.map(({ fetched }) => fetched.map((one) => one.due.item.code))).toEqual([
      ['c1', 'c2', 'c4'],
      ['c5'],
      ['c0'],
      ['c3'],
    ]);
    expect(batches[2].fetched[0].raw).toMatchObject({ raw: { sizeBytes: 30 }, decoded: { failure: { stage: 'xml' } } });
    expect(batches.every(({ failed }) => failed === 0)).toBe(true);
  });

  it('a single large one is read at once', async () => {
    const [{ fetched }] = await all(queueOf(1), source(['c0']));
    expect(fetched[0].raw).toMatchObject({ raw: { sizeBytes: 30 } });
    expect(order).toEqual(['10', '10', '10']);
  });

  it('one that breaks off fails alone, and what it brought is removed', async () => {
    const batches = await all(queueOf(3), source(['c1'], ['c1']));
    expect(batches.flatMap(({ fetched }) => fetched.map((one) => one.due.item.code))).toEqual(['c0', 'c2']);
    expect(batches.reduce((sum, { failed }) => sum + failed, 0)).toBe(1);
    expect(discarded).toEqual(['draft-1', 'draft-2']);
  });
});
