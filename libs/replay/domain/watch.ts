import type { FoundItem } from './item-class';
import type { Selection } from './plan';

/** What happens when the cause is gone: a plan is made for people to approve and start, or it starts where the policy allows that. */
export const WATCH_ACTIONS = ['propose', 'start'] as const;
export type WatchAction = (typeof WATCH_ACTIONS)[number];

/** `met`: its plan is made. `ended`: by a person, or because nothing of its selection is left. */
export const WATCH_STATES = ['watching', 'met', 'ended'] as const;
type WatchState = (typeof WATCH_STATES)[number];

/** Dead letters that are to be replayed when their cause is gone. */
export interface Watch {
  id: string;
  selection: Selection;
  action: WatchAction;
  reasonCode: string;
  reason: string;
  /** Communes that the person is limited to; null = all. */
  units: readonly string[] | null;
  placedBy: string;
  placedAt: Date;
  state: WatchState;
  /** Looks in a row that succeeded. */
  successes: number;
  probedAt: Date | null;
  /** What the last look found: `ready`, or why not. */
  finding: string | null;
  planId: string | null;
  endedBy: string | null;
  endedAt: Date | null;
}

/** What a look at a sample means: `ready` when each could be sent or settled now, and nobody would complain; else the first reason. Pure. */
export function findingOf(sample: readonly FoundItem[]): string {
  const bad = sample.find((found) => found.class === 'cannot-tell' || found.action === 'skip');
  if (bad) return bad.class;
  return sample.some((found) => (found.complaints ?? []).length > 0) ? 'complaints' : 'ready';
}
