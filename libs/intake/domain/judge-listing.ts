/** What we know about a listed code before its detail is fetched. */
export interface ListingFacts {
  /** The dossier that has this code. */
  dossierId: string | null;
  /** An acknowledgement is due and not settled: as a delivery, or as an event that is not routed yet. */
  isAcknowledgementPending: boolean;
  /** When the last acknowledgement settled. */
  acknowledgedAt: Date | null;
  /** The open quarantine item of this code, with the digest of the row as it was listed then. */
  quarantine: { itemId: string; listingDigest: Buffer | null } | null;
}

export type ListingVerdict = 'fetch' | 'acknowledgement-pending' | 'quarantined-unchanged';

/** Whether a listed item needs its detail (CONTRACTS §1.3 *Intake*). A list that was asked for before the acknowledgement
 *  settled may still show what it took off: it says nothing new. `askedAt`: when the list was asked for. */
export function judgeListing(facts: ListingFacts, listingDigest: Buffer, askedAt: Date): ListingVerdict {
  if (facts.isAcknowledgementPending) return 'acknowledgement-pending';
  if (facts.acknowledgedAt && facts.acknowledgedAt >= askedAt) return 'acknowledgement-pending';
  if (facts.quarantine?.listingDigest?.equals(listingDigest)) return 'quarantined-unchanged';
  return 'fetch';
}
