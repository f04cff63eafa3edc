import { canonicalBytes, sha256 } from '#platform';

/** How long a request to give items up waits for its second person. */
export const APPROVAL_TTL_MS = 24 * 3_600_000;

/** An item as the requester saw it. */
export interface FrozenItem {
  id: string;
  /** SHA-256, hex, of what it is in quarantine for: its kind, and the message that was not understood. */
  digest: string;
}

/** What makes an item another one than the requester saw; not how often it was seen. */
export interface ItemFacts {
  id: string;
  stage: string;
  reasonCode: string;
  field: string | null;
  messageId: string | null;
  /** Hex. */
  listingDigest: string | null;
}

/** An item that was asked for and is not touched. `not-open`: it left, or somebody has it run again. */
export interface SkippedItem {
  id: string;
  why: 'changed' | 'not-open' | 'unknown';
  /** Its state now; null when there is no such item. */
  state: string | null;
}

/** States of a request. The SQL CHECK and docs/reference/states.md say the same; a test compares the three. */
export const REQUEST_STATES = ['open', 'approved', 'withdrawn'] as const;

export interface GiveUpRequest {
  id: string;
  items: readonly FrozenItem[];
  /** SHA-256, hex, over the RFC 8785 form of `items` in the order of their ids. */
  setDigest: string;
  /** Why, for colleagues. */
  reason: string;
  requestedBy: string;
  requestedAt: Date;
  expiresAt: Date;
  state: (typeof REQUEST_STATES)[number];
  approvedBy: string | null;
  approvedAt: Date | null;
  /** Ids of the items that were given up; null before the approval. */
  givenUp: readonly string[] | null;
  skipped: readonly SkippedItem[] | null;
  /** When who asked took it back. */
  withdrawnAt: Date | null;
}

/** What a request is in the eyes of a reader: one that nobody approved in time is `expired`. */
export type RequestState = GiveUpRequest['state'] | 'expired';

export function freeze({ id, stage, reasonCode, field, messageId, listingDigest }: ItemFacts): FrozenItem {
  const seen = canonicalBytes({ stage, reasonCode, field, messageId, listingDigest });
  return { id, digest: sha256(seen).toString('hex') };
}

export function setDigestOf(items: readonly FrozenItem[]): string {
  const sorted = [...items].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, digest }) => ({ id, digest }));
  return sha256(canonicalBytes(sorted)).toString('hex');
}

export function stateOf({ state, expiresAt }: Pick<GiveUpRequest, 'state' | 'expiresAt'>, now: Date): RequestState {
  return state === 'open' && expiresAt <= now ? 'expired' : state;
}

/** Why a request may not be decided by somebody, or not any more. */
export type RequestRefusal =
  'own-request' | 'not-own-request' | 'request-not-open' | 'request-expired' | 'request-set-differs';

/** Why somebody may not approve a request now; undefined when nothing speaks against it.
 *  @param setDigest of the set that the approver was shown */
export function approvalRefusal(
  request: GiveUpRequest,
  { approver, setDigest, now }: { approver: string; setDigest: string; now: Date },
): RequestRefusal | undefined {
  if (approver === request.requestedBy) return 'own-request';
  const over = overRefusal(request, now);
  if (over) return over;
  const isTheFrozenSet = setDigest === request.setDigest && setDigestOf(request.items) === request.setDigest;
  return isTheFrozenSet ? undefined : 'request-set-differs';
}

/** Why somebody may not take a request back now; undefined when nothing speaks against it. */
export function withdrawalRefusal(
  request: GiveUpRequest,
  { by, now }: { by: string; now: Date },
): RequestRefusal | undefined {
  return by === request.requestedBy ? overRefusal(request, now) : 'not-own-request';
}

function overRefusal(request: GiveUpRequest, now: Date): RequestRefusal | undefined {
  const state = stateOf(request, now);
  if (state === 'open') return undefined;
  return state === 'expired' ? 'request-expired' : 'request-not-open';
}

/** Which items of a frozen set are still what the requester saw, and what became of the others. */
export function compareWithFrozen(
  frozen: readonly FrozenItem[],
  current: ReadonlyMap<string, ItemFacts & { state: string }>,
): { same: readonly string[]; skipped: readonly SkippedItem[] } {
  const same: string[] = [];
  const skipped: SkippedItem[] = [];
  for (const { id, digest } of frozen) {
    const now = current.get(id);
    if (now === undefined) skipped.push({ id, why: 'unknown', state: null });
    else if (now.state !== 'open') skipped.push({ id, why: 'not-open', state: now.state });
    else if (freeze(now).digest !== digest) skipped.push({ id, why: 'changed', state: now.state });
    else same.push(id);
  }
  return { same, skipped };
}
