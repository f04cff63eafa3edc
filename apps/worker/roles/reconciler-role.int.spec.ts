import { SharedBudget } from '#delivery';
import { silentLog } from '#platform';
import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import { hasRoom } from './reconciler-role';

const HOUR_MS = 3_600_000;

describe('the calls of a day that comparisons may use', () => {
  let test: TestDatabase;
  beforeAll(async () => void (test = await testDatabase()));
  afterAll(() => test.drop());

  it('are the first half of those that the partner takes, whoever makes them', async () => {
    const { db } = test;
    const clock = fixedClock('2026-03-02T23:00:00+07:00');
    const limits = { perSecond: null, burst: 1, perDay: 5 };
    const budget = new SharedBudget({ db, partner: 'hotich', limits, clock, log: silentLog });
    const room = (perDay?: number): Promise<boolean> => hasRoom({ partner: 'hotich', perDay }, { db, clock });
    const call = async (): Promise<void> => void (await budget.take(new AbortController().signal));
    expect(await room(5)).toBe(true);
    await call();
    await call();
    expect(await room(5)).toBe(true);
    await call();
    expect(await room(5)).toBe(false);
    expect(await room()).toBe(true);
    expect(await hasRoom({ partner: 'onestop', perDay: 1 }, { db, clock })).toBe(true);
    clock.advance(2 * HOUR_MS);
    expect(await room(5)).toBe(true);
  });
});
