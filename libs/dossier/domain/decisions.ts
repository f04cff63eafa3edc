import type { Decision } from './commands';
import type { DossierStateName } from './events';

/** Which decisions are allowed in which state (CONTRACTS §2, table). */
export const ALLOWED_DECISIONS: Readonly<Record<DossierStateName, readonly Decision[]>> = {
  received: [],
  'with-one-stop': ['accept', 'request-supplement', 'refuse', 'withdraw', 'require-fee', 'stop'],
  'awaiting-supplement': ['refuse', 'withdraw', 'stop'],
  'with-registry': ['withdraw', 'stop'],
  registered: ['hand-over'],
  finished: [],
  refused: [],
  withdrawn: [],
  stopped: [],
};

/** Decisions an officer may take now. */
export function allowedDecisions(state: DossierStateName): readonly Decision[] {
  return ALLOWED_DECISIONS[state];
}

/** States in which nothing more is expected of anybody. */
export const FINAL_STATES: readonly DossierStateName[] = ['finished', 'refused', 'withdrawn', 'stopped'];

export function isFinal(state: DossierStateName): boolean {
  return FINAL_STATES.includes(state);
}
