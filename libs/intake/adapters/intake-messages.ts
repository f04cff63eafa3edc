import type { Tx } from '#platform';

export type MessageDisposition = 'accepted' | 'supplement' | 'duplicate' | 'conflict' | 'quarantined';

/** One message that reached us, and what became of it. */
export interface IntakeMessage {
  id: string;
  source: string;
  externalCode: string | null;
  listingDigest: Buffer | null;
  contentDigest: Buffer;
  dossierId: string | null;
  rawRef: string | null;
  stages: readonly { stage: string; ref?: string }[];
  disposition: MessageDisposition;
}

export async function insertMessages(tx: Tx, messages: readonly IntakeMessage[], at: Date): Promise<void> {
  if (messages.length === 0) return;
  // A polled decision that comes to its end by a rerun has its message already: only what became of it is new.
  await tx.execute(
    `insert into intake_message (id, source, external_code, listing_digest, content_digest, dossier_id, raw_ref, stages, disposition, at)
     select r.id, r.source, r."externalCode", decode(r."listingDigest", 'base64'), decode(r."contentDigest", 'base64'), r."dossierId", r."rawRef", r.stages, r.disposition, $2
     from jsonb_to_recordset($1::jsonb) as r(id uuid, source text, "externalCode" text, "listingDigest" text, "contentDigest" text, "dossierId" uuid, "rawRef" uuid, stages jsonb, disposition text)
     on conflict (id) do update set dossier_id = excluded.dossier_id, disposition = excluded.disposition`,
    [
      JSON.stringify(
        messages.map((message) => ({
          ...message,
          listingDigest: message.listingDigest?.toString('base64') ?? null,
          contentDigest: message.contentDigest.toString('base64'),
        })),
      ),
      at,
    ],
  );
}
