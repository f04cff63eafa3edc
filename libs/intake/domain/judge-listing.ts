/** What we know about a listed code before its detail is fetched. */
export interface ListingFacts {
  /** The dossier that has this code. */
  dossierId: string | null;
  /** An acknowledgement is due and not settled: as a delivery, or as an event that is not routed yet. */
  isAcknowledgementPending: boolean;
  /** When the last acknowledgement settled. */
  acknowledgedAt: Date | null;
  /** The quarantine item of this code that is open or being run again, with the digest of the row as it was listed then. */
  quarantine: { itemId: string; stage: string; listingDigest: Buffer | null } | null;
  /** Digest of the row, as it was listed then, of the last item of this code that was given up. */
  givenUp: Buffer | null;
  /** Earlier fetches of this code that brought nothing. */
  watch: { listingDigest: Buffer; fetches: number; refused: number; nextFetchAt: Date } | null;
}

/** `resting`: the row is unchanged and was fetched in vain a little while ago. `given-up`: unchanged since two persons gave it up. */
export type ListingVerdict = 'fetch' | 'acknowledgement-pending' | 'quarantined-unchanged' | 'given-up' | 'resting';

/** Stage of an item in quarantine whose detail could not be had: nothing is stored that could be run again, so that it is fetched on,
 *  slowly. */
export const FETCH_STAGE = 'fetch';

/** Whether a listed item needs its detail (CONTRACTS §1.3 *Intake*). A list that was asked for before the acknowledgement
 *  settled may still show what it took off: it says nothing new. `askedAt`: when the list was asked for. */
export function judgeListing(facts: ListingFacts, listingDigest: Buffer, askedAt: Date): ListingVerdict {
  if (isBeingAcknowledged(facts, askedAt)) return 'acknowledgement-pending';
  if (isGivenUpAsListed(facts, listingDigest)) return 'given-up';
  const rest = restOf(facts, listingDigest);
  const isResting = rest !== null && rest.nextFetchAt > askedAt;
  if (!isInQuarantineAsListed(facts, listingDigest)) return isResting ? 'resting' : 'fetch';
  return facts.quarantine?.stage === FETCH_STAGE && !isResting ? 'fetch' : 'quarantined-unchanged';
}

function isBeingAcknowledged({ isAcknowledgementPending, acknowledgedAt }: ListingFacts, askedAt: Date): boolean {
  return isAcknowledgementPending || (acknowledgedAt !== null && acknowledgedAt >= askedAt);
}

function isInQuarantineAsListed({ quarantine }: ListingFacts, listingDigest: Buffer): boolean {
  return quarantine?.listingDigest?.equals(listingDigest) ?? false;
}

/** An item that is open again speaks of a later version. */
function isGivenUpAsListed({ quarantine, givenUp }: ListingFacts, listingDigest: Buffer): boolean {
  return quarantine === null && (givenUp?.equals(listingDigest) ?? false);
}

/** The fetches in vain of the row as it is listed now; null when there were none or the row has changed since. */
export function restOf({ watch }: ListingFacts, listingDigest: Buffer): ListingFacts['watch'] {
  return watch?.listingDigest.equals(listingDigest) ? watch : null;
}
