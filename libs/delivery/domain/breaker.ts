import type { BreakerPolicy, CallResult } from '../ports';

/** The circuit of a partner, shared by all workers. `half-open`: a few lanes try whether it answers again. */
export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type BreakerStatus = (typeof BREAKER_STATES)[number];

export interface BreakerState {
  status: BreakerStatus;
  /** Nothing is taken before; of a half-open one: when its trial counts as lost. */
  until: Date | null;
  /** How often it opened without having been closed since; each time it stays open twice as long. */
  openings: number;
  /** When it last closed: from then on the partner is taken up again step by step. */
  closedAt: Date | null;
}

export const CLOSED: BreakerState = { status: 'closed', until: null, openings: 0, closedAt: null };

/** What a call says about the partner as a whole: it answers, it does not, or neither can be told. */
export type Sign = 'up' | 'down' | 'none';

/** Causes of ours, and answers that ask us to wait: neither says that the partner is down. */
const NO_SIGN: readonly string[] = [
  'wire.lease-lost',
  'wire.no-leave',
  'wire.day-used-up',
  'http.429',
  'auth.refused',
  'partner.out-of-validity',
];
const DOWN = /^(?:wire\.|http\.5xx$|http\.redirect$|answer\.not-json$|auth\.(?:unavailable|deadline)$)/;

export function signOf({ wire, reasonCode }: Pick<CallResult, 'wire' | 'reasonCode'>): Sign {
  if (NO_SIGN.includes(reasonCode)) return 'none';
  if (DOWN.test(reasonCode)) return 'down';
  return wire === 'answered' ? 'up' : 'none';
}

/** How long a circuit stays open; jittered by a quarter, so that several partners behind one dead line do not come back at once.
 *  @param openings of this time, from 1
 *  @param random in [0, 1)
 *  @returns ms */
export function openForMs(openings: number, policy: BreakerPolicy, random: number): number {
  const bound = Math.min(policy.maxOpenMs, policy.openMs * 2 ** (openings - 1));
  return Math.round(bound * (0.75 + random / 4));
}

/** Lanes that try a half-open partner at once. One alone could be the one dossier that never gets through. */
export const TRIAL_LANES = 3;
/** After a circuit closed, slots double each time. */
const RAMP_STEP_MS = 1_000;

/** Slots for calls that a worker may use now. After an outage a partner is not met with everything that waits: slots grow 1, 2, 4, … a second.
 *  @param max slots of the partner */
export function openSlots(max: number, state: BreakerState, now: Date): number {
  if (state.status !== 'closed') return 0;
  if (state.closedAt === null) return max;
  const steps = Math.floor((now.getTime() - state.closedAt.getTime()) / RAMP_STEP_MS);
  return steps >= 20 ? max : Math.min(max, 2 ** Math.max(0, steps));
}

/** Whether it is time to try again: an open circuit whose time is over, or a trial that was lost with its worker. */
export function isTrialDue(state: BreakerState, now: Date): boolean {
  return state.status !== 'closed' && state.until !== null && state.until <= now;
}
