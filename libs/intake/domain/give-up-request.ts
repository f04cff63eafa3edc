import { secondPersonRefusal, type RequestRefusal, type SecondPersonRequest } from '#access';
import { canonicalBytes, sha256 } from '#platform';

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

export interface GiveUpRequest extends SecondPersonRequest {
  id: string;
  items: readonly FrozenItem[];
  /** SHA-256, hex, over the RFC 8785 form of `items` in the order of their ids. */
  setDigest: string;
  /** Why, for colleagues. */
  reason: string;
  requestedAt: Date;
  approvedBy: string | null;
  approvedAt: Date | null;
  /** Ids of the items that were given up; null before the approval. */
  givenUp: readonly string[] | null;
  skipped: readonly SkippedItem[] | null;
  /** When who asked took it back. */
  withdrawnAt: Date | null;
}

export function freeze({ id, stage, reasonCode, field, messageId, listingDigest }: ItemFacts): FrozenItem {
  const seen = canonicalBytes({ stage, reasonCode, field, messageId, listingDigest });
  return { id, digest: sha256(seen).toString('hex') };
}

export function setDigestOf(items: readonly FrozenItem[]): string {
  const sorted = [...items].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, digest }) => ({ id, digest }));
  return sha256(canonicalBytes(sorted)).toString('hex');
}

/** Why somebody may not approve a request now; undefined when nothing speaks against it.
 *  @param setDigest of the set that the approver was shown */
export function approvalRefusal(
  request: GiveUpRequest,
  { approver, setDigest, now }: { approver: string; setDigest: string; now: Date },
): RequestRefusal | undefined {
  const refusal = secondPersonRefusal(request, { approver, now });
  if (refusal) return refusal;
  const isTheFrozenSet = setDigest === request.setDigest && setDigestOf(request.items) === request.setDigest;
  return isTheFrozenSet ? undefined : 'request-set-differs';
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
