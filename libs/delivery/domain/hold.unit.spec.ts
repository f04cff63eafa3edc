import { canaryResult, drainAfter, drainAllowance, drainSeconds } from './hold';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);
const draining = (releasePerSecond: number | null, drained = 0) => ({ releasePerSecond, drainFrom: at(0), drained });

describe('the allowance of a drain', () => {
  it.each([
    [5, 0, 0, 0],
    [5, 0, 1, 5],
    [5, 3, 1, 2],
    [5, 5, 1, 0],
    [5, 0, 60, 5],
    [0.5, 0, 1, 0],
    [0.5, 0, 2, 1],
    [0.5, 0, 60, 1],
  ])('at %p a second, %p taken after %p s: %p', (rate, drained, seconds, expected) => {
    expect(drainAllowance(draining(rate, drained), at(seconds))).toBe(expected);
  });

  it('has no bound without a rate', () => {
    expect(drainAllowance(draining(null), at(1))).toBe(Number.POSITIVE_INFINITY);
  });

  it('never lets more go in any span than the rate allows and one second more', () => {
    for (const rate of [0.5, 1, 3, 20]) {
      let hold: { releasePerSecond: number | null; drainFrom: Date | null; drained: number } = draining(rate);
      const taken: number[] = [];
      for (let ms = 0; ms < 30_000; ms += 137) {
        const now = at(ms / 1_000);
        // A pause in the middle is not made up for.
        const n = ms > 8_000 && ms < 15_000 ? 0 : drainAllowance(hold, now);
        if (n > 0) hold = { ...hold, ...drainAfter(hold, n, now) };
        taken.push(n);
      }
      for (let from = 0; from < taken.length; from += 5) {
        for (let to = from + 1; to < taken.length; to += 7) {
          const sum = taken.slice(from, to).reduce((a, b) => a + b, 0);
          expect(sum).toBeLessThanOrEqual(((to - from) * 0.137 + 1) * rate + 1);
        }
      }
      expect(taken.reduce((a, b) => a + b, 0)).toBeGreaterThan(rate * 20);
    }
  });

  it('forecasts its end', () => {
    expect([drainSeconds(11, 5), drainSeconds(0, 5), drainSeconds(11, null)]).toEqual([3, 0, null]);
  });
});

describe('the canary of a release', () => {
  it.each([
    [undefined, 'none'],
    [{ status: 'queued', outcome: null, isLeased: false }, 'none'],
    [{ status: 'in-flight', outcome: null, isLeased: true }, 'under-way'],
    [{ status: 'unknown', outcome: null, isLeased: true }, 'under-way'],
    [{ status: 'settled', outcome: 'accepted', isLeased: false }, 'passed'],
    [{ status: 'cancelled', outcome: null, isLeased: false }, 'passed'],
    [{ status: 'dead', outcome: 'refused', isLeased: false }, 'passed'],
    [{ status: 'dead', outcome: 'retry', isLeased: false }, 'failed'],
    [{ status: 'waiting', outcome: 'retry', isLeased: false }, 'failed'],
    [{ status: 'unknown', outcome: 'unknown', isLeased: false }, 'failed'],
  ] as const)('%j: %s', (delivery, expected) => {
    expect(canaryResult(delivery)).toBe(expected);
  });
});
