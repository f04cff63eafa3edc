import { silentLog, systemClock } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import type { Leave } from '../ports';
import { SharedBudget } from './shared-budget';

describe('the budget of a partner, shared by all workers', () => {
  let test: TestDatabase;
  beforeAll(async () => void (test = await testDatabase()));
  afterAll(() => test.drop());
  beforeEach(() => test.db.execute('delete from partner_state'));

  const worker = (limits: { perSecond?: number; burst?: number; perDay?: number }): SharedBudget =>
    new SharedBudget({
      db: test.db,
      partner: 'hotich',
      limits: { perSecond: limits.perSecond ?? null, burst: limits.burst ?? 1, perDay: limits.perDay ?? null },
      clock: systemClock,
      log: silentLog,
    });
  const never = new AbortController().signal;

  it('lets three workers together make no more calls in any span than the rate and one burst', async () => {
    const [perSecond, burst] = [40, 10];
    const end = AbortSignal.timeout(3_000);
    const at: number[] = [];
    const call = async (budget: SharedBudget): Promise<void> => {
      while ((await budget.take(end)) === 'granted') at.push(performance.now());
    };
    // Four calls at once in each of three workers.
    const workers = Array.from({ length: 3 }, () => worker({ perSecond, burst }));
    await Promise.all(workers.flatMap((budget) => Array.from({ length: 4 }, () => call(budget))));
    for (const [from, start] of at.entries()) {
      const within = at.slice(from).filter((time) => time - start <= 1_000).length;
      expect(within).toBeLessThanOrEqual(perSecond + burst);
    }
    // And the rate is used: three seconds of it, less what the margin and the pauses take.
    expect(at.length).toBeGreaterThan(2.2 * perSecond);
  });

  it('serves in order, and forgets who gave up', async () => {
    const budget = worker({ perSecond: 20 });
    const order: string[] = [];
    const give = new AbortController();
    const take = async (name: string, signal = never): Promise<Leave> => {
      const leave = await budget.take(signal);
      order.push(`${name} ${leave}`);
      return leave;
    };
    const all = [take('a'), take('b', give.signal), take('c')];
    give.abort();
    await Promise.all(all);
    expect(order).toEqual(['b no-leave', 'a granted', 'c granted']);
    expect(await budget.take(AbortSignal.abort())).toBe('no-leave');
  });

  it('ends when the calls of the day are used up, for every worker', async () => {
    const [mine, other] = [worker({ perDay: 3 }), worker({ perDay: 3 })];
    expect([await mine.take(never), await other.take(never), await mine.take(never)]).toEqual(
      Array<Leave>(3).fill('granted'),
    );
    expect([await other.take(never), await mine.take(never)]).toEqual(['day-used-up', 'day-used-up']);
    await test.db.execute(`update partner_state set day = day - 1`);
    expect(await other.take(never)).toBe('granted');
  });

  it('writes nothing when nobody can be asked', async () => {
    const budget = new SharedBudget({
      db: { query: () => Promise.reject(new Error('away')), execute: () => Promise.reject(new Error('away')) },
      partner: 'hotich',
      limits: { perSecond: 1, burst: 1, perDay: null },
      clock: systemClock,
      log: silentLog,
    });
    expect(await budget.take(never)).toBe('no-leave');
  });
});
