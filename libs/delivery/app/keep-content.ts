import type { SealItem, SealedObject } from '#access';
import type { Tx } from '#platform';
import type { ClaimedDelivery } from '../domain/attempt';
import { keptBytes } from '../domain/body-parts';
import type { RenderedContent } from '../ports';

export interface RenderedDelivery {
  claim: ClaimedDelivery;
  content: RenderedContent;
}

/** The part of the vault that this use case needs. */
export interface ContentSealer {
  sealMany(tx: Tx, items: readonly SealItem[]): Promise<SealedObject[][]>;
}

/** Seals what was rendered and keeps reference and digest with the deliveries, all in the caller's transaction and before any byte is
 *  written: a repeat sends the same bytes (CONTRACTS §1.3). Of large files the references are kept: a sealed object never changes.
 *  @returns ids of the deliveries whose lease still holds; nothing may be sent for the others */
export async function keepContent(
  tx: Tx,
  rendered: readonly RenderedDelivery[],
  workerId: string,
  vault: ContentSealer,
): Promise<Set<string>> {
  if (rendered.length === 0) return new Set();
  const sealed = await vault.sealMany(
    tx,
    rendered.map(({ claim, content }) => ({
      ownerKind: 'dossier',
      ownerId: claim.dossierId,
      objects: [{ kind: 'rendered', contentType: 'application/json', bytes: keptBytes(content.body) }],
    })),
  );
  const rows = await tx.query<{ id: string }>(KEEP, [
    rendered.map(({ claim }) => claim.deliveryId),
    sealed.map(([object]) => object.ref),
    sealed.map(([object]) => object.digest),
    rendered.map(({ claim }) => claim.fence),
    workerId,
  ]);
  return new Set(rows.map((row) => row.id));
}

/** Locks the lanes, so that fence and owner are those of now and not of the snapshot: a lease that expires meanwhile is noticed. */
const KEEP = `
with kept as (
  select k.id, k.ref, k.digest
  from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bigint[]) as k (id, ref, digest, fence)
  join delivery d on d.id = k.id
  join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id
  where l.fence = k.fence and l.lease_owner = $5
  order by l.partner, l.dossier_id
  for update of l
)
update delivery d set content_ref = kept.ref, content_digest = kept.digest
from kept where d.id = kept.id
returning d.id`;
