import { grantRequests, type Usage } from './grant-requests';

const minute = (n: number): Date => new Date(Date.UTC(2026, 2, 2, 2, n));
const NOW = { minute: minute(1), day: '2026-03-02' };
const used = (minuteUsed: number, dayUsed: number, at = NOW): Usage => ({ ...at, minuteUsed, dayUsed });

describe('requests out of a quota', () => {
  it.each([
    ['a twentieth of the smaller limit', { perMinute: 100, perDay: 100_000 }, undefined, 5],
    ['one at least', { perMinute: 3, perDay: null }, undefined, 1],
    ['what is left of the minute', { perMinute: 100, perDay: null }, used(98, 98), 2],
    ['what is left of the day', { perMinute: 100, perDay: 1_000 }, used(0, 999), 1],
    ['nothing when the minute is used up', { perMinute: 100, perDay: null }, used(100, 100), 0],
    ['nothing after the limit was lowered', { perMinute: 50, perDay: null }, used(100, 100), 0],
  ])('are %s', (_, quota, before, granted) => expect(grantRequests(quota, before, NOW).granted).toBe(granted));

  it('say which limit has nothing left, the day’s first', () => {
    const exhausted = (before: Usage) => grantRequests({ perMinute: 10, perDay: 20 }, before, NOW).exhausted;
    expect([exhausted(used(10, 10)), exhausted(used(10, 20)), exhausted(used(5, 5))]).toEqual([
      'minute',
      'day',
      undefined,
    ]);
  });

  it('begin anew with the minute, while the day goes on', () => {
    const { usage } = grantRequests({ perMinute: 100, perDay: 1_000 }, used(100, 300), { ...NOW, minute: minute(2) });
    expect(usage).toEqual({ minute: minute(2), minuteUsed: 5, day: '2026-03-02', dayUsed: 305 });
  });

  it('do not begin anew for a gateway whose clock is behind', () => {
    const ahead = used(100, 300, { minute: minute(3), day: '2026-03-02' });
    expect(grantRequests({ perMinute: 100, perDay: null }, ahead, NOW)).toMatchObject({
      granted: 0,
      usage: { minute: minute(3), day: '2026-03-02' },
    });
    const beforeMidnight = { minute: new Date('2026-03-02T16:59:00Z'), day: '2026-03-02' };
    const nextDay = used(0, 300, { minute: new Date('2026-03-02T17:00:00Z'), day: '2026-03-03' });
    expect(grantRequests({ perMinute: null, perDay: 300 }, nextDay, beforeMidnight)).toMatchObject({
      granted: 0,
      usage: { day: '2026-03-03' },
    });
  });

  it('begin anew after a clock that was far ahead, and lock nobody out', () => {
    const ahead = used(100, 1_000, { minute: minute(4), day: '2026-03-03' });
    expect(grantRequests({ perMinute: 100, perDay: 1_000 }, ahead, NOW)).toEqual({
      granted: 5,
      usage: used(5, 5),
    });
  });

  it.each([
    [1, 7],
    [3, 100],
    [4, 1_000],
  ])('are never more than the limit, however many gateways take portions: %d, %d', (gateways, perMinute) => {
    let usage: Usage | undefined;
    let total = 0;
    for (let n = 0; n < 40 * gateways; n += 1) {
      const grant = grantRequests({ perMinute, perDay: null }, usage, NOW);
      usage = grant.usage;
      total += grant.granted;
    }
    expect(total).toBe(perMinute);
  });
});
