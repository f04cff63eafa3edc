import type { Tx } from '#platform';
import { groupBy } from '../domain/group-by';

interface MissingPayload {
  ref: string;
  heldBy: string;
}

/** References of these dossiers that lead to no vault object. */
export async function readMissingPayloads(
  tx: Tx,
  ids: readonly string[],
): Promise<(dossierId: string) => readonly MissingPayload[]> {
  const rows = await tx.query<MissingPayload & { dossierId: string }>(MISSING, [ids]);
  const groups = groupBy(rows, (row) => row.dossierId);
  return (dossierId) => groups.get(dossierId) ?? [];
}

const MISSING = `
with held as (
  select j.dossier_id, f.value::uuid as ref, 'event ' || j.seq as held_by
  from journal j, lateral jsonb_each_text(j.data) f
  where j.dossier_id = any($1::uuid[]) and f.key in ('contentRef', 'officerRef', 'resultRef')
  union all
  select dossier_id, raw_ref, 'message ' || id from intake_message where dossier_id = any($1::uuid[]) and raw_ref is not null
  union all
  select dossier_id, content_ref, 'delivery ' || id from delivery where dossier_id = any($1::uuid[]) and content_ref is not null
  union all
  select d.dossier_id, a.answer_ref, 'attempt ' || a.id
  from delivery d join attempt a on a.delivery_id = d.id where d.dossier_id = any($1::uuid[]) and a.answer_ref is not null
)
select held.dossier_id as "dossierId", held.ref, held.held_by as "heldBy"
from held where not exists (select 1 from vault_object o where o.id = held.ref)`;
