import { byLoad } from './by-load';
import { until } from '#testing';

describe('the pause in which work gathers', () => {
  it('is short while the process has time, and longer when it has none', async () => {
    await until(() => byLoad(10, 100) === 10, 5_000, 'a calm process');
    let longest = 0;
    const endsAt = performance.now() + 2_000;
    while (performance.now() < endsAt && longest < 100) {
      const busyUntil = performance.now() + 300;
      while (performance.now() < busyUntil);
      await new Promise(setImmediate);
      longest = Math.max(longest, byLoad(10, 100));
    }
    expect(longest).toBeGreaterThan(50);
    expect(longest).toBeLessThanOrEqual(100);
  });
});
