import type { ReplayPlan } from './plan';

/** The ramp begins with its first wave. */
export function rampAnew(plan: ReplayPlan, now: Date): ReplayPlan {
  return {
    ...plan,
    wave: 0,
    waveFirst: plan.nextNumber,
    waveLast: plan.nextNumber - 1,
    waveFailed: 0,
    rampFrom: now,
    drainFrom: null,
    drained: 0,
  };
}
