import type { PartnerId } from '#dossier';

/** `in-force`: nothing in its scope is taken (from `startsAt` on). Released, it lets one lane go first (`canary`), then the others at its
 *  rate (`draining`), until nothing waits (`over`). A canary that does not get through puts it in force again. */
export const HOLD_STATES = ['in-force', 'canary', 'draining', 'over'] as const;
export type HoldState = (typeof HOLD_STATES)[number];

export const HOLD_TRANSITIONS: Readonly<Record<HoldState, readonly HoldState[]>> = {
  'in-force': ['canary', 'draining', 'over'],
  canary: ['in-force', 'draining', 'over'],
  draining: ['over'],
  over: [],
};

/** What a hold stops at its partner; each part that is absent means all of them. */
export interface HoldScope {
  operation?: string;
  /** Five-digit commune. */
  unit?: string;
  /** One lane only. */
  dossierId?: string;
}

/** A person's or a plan's stop of a partner or a part of its lanes; work accumulates (DESIGN §4). */
export interface Hold extends HoldScope {
  id: string;
  partner: PartnerId;
  state: HoldState;
  startsAt: Date;
  /** End of a planned window: it is released then. */
  endsAt: Date | null;
  reason: string;
  placedBy: string;
  releasedAt: Date | null;
  releasedBy: string | null;
  /** Heads of lanes a second while it drains, each a delivery; null = as many as there are slots. */
  releasePerSecond: number | null;
  /** The delivery that goes first. */
  canaryId: string | null;
  /** Since when the rate counts, and how many lanes were taken since. */
  drainFrom: Date | null;
  drained: number;
}

/** How the first lane of a release fares. `none`: not taken yet. */
export type CanaryResult = 'none' | 'under-way' | 'passed' | 'failed';

/** Reads it from the delivery. A partner that refuses one dossier's content has answered: the others may go. */
export function canaryResult(
  delivery: { status: string; outcome: string | null; isLeased: boolean } | undefined,
): CanaryResult {
  if (delivery === undefined) return 'none';
  if (delivery.isLeased) return 'under-way';
  if (delivery.status === 'queued') return 'none';
  if (delivery.status === 'settled' || delivery.status === 'cancelled') return 'passed';
  return delivery.status === 'dead' && delivery.outcome === 'refused' ? 'passed' : 'failed';
}

/** Lanes that a draining hold lets go now: what its rate has allowed and nobody took. A pause of the drain is not made up for: at most the
 *  lanes of one second, and at least one. */
export function drainAllowance(
  { releasePerSecond, drainFrom, drained }: Pick<Hold, 'releasePerSecond' | 'drainFrom' | 'drained'>,
  now: Date,
): number {
  if (releasePerSecond === null || drainFrom === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(owed(releasePerSecond, drainFrom, now) - drained, Math.ceil(releasePerSecond)));
}

/** Lanes that a rate has allowed since then. */
function owed(releasePerSecond: number, drainFrom: Date, now: Date): number {
  return Math.floor(((now.getTime() - drainFrom.getTime()) / 1_000) * releasePerSecond);
}

/** Where the count of a drain begins anew, so that what was not taken in time does not add up. */
export function drainAfter(
  hold: Pick<Hold, 'releasePerSecond' | 'drainFrom' | 'drained'>,
  taken: number,
  now: Date,
): { drainFrom: Date; drained: number } {
  const { releasePerSecond, drainFrom, drained } = hold;
  if (releasePerSecond === null || drainFrom === null) return { drainFrom: drainFrom ?? now, drained: drained + taken };
  const isBehind = owed(releasePerSecond, drainFrom, now) - drained > Math.ceil(releasePerSecond);
  return isBehind ? { drainFrom: now, drained: 0 } : { drainFrom, drained: drained + taken };
}

/** Seconds until `waiting` deliveries are through at the hold's rate, those of one lane one after the other; null when it has none. */
export function drainSeconds(waiting: number, releasePerSecond: number | null): number | null {
  return releasePerSecond === null ? null : Math.ceil(waiting / releasePerSecond);
}
