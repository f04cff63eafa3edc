import type { Side } from './side';
import { pause } from './until';

export interface PacedLoad {
  count: number;
  /** Pause between two births, ms. */
  everyMs: number;
  seed: number;
}

/** Open loop: a birth is filed at each beat, whether the ones before are done or not. @returns when each was asked for, epoch ms, by its code */
export async function fileAtPace(
  side: Pick<Side, 'simulators' | 'assertRunning'>,
  { count, everyMs, seed }: PacedLoad,
): Promise<Map<string, number>> {
  const filedAt = new Map<string, number>();
  const started = performance.now();
  const orders: Promise<void>[] = [];
  for (let number = 0; number < count; number += 1) {
    await pause(Math.max(0, started + number * everyMs - performance.now()));
    side.assertRunning();
    const order = side.simulators.file('birth', 1, seed + number).then(({ codes, askedAtMs }) => {
      for (const code of codes) filedAt.set(code, askedAtMs);
    });
    orders.push(order);
  }
  await Promise.all(orders);
  return filedAt;
}
