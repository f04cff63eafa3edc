import type { Tx } from '#platform';
import type { EditedItem } from '../domain/edits';

/** Items of a plan with the content that their messages are made of. */
export async function readEditedItems(tx: Tx, planId: string, limit: number): Promise<EditedItem[]> {
  return tx.query<EditedItem>(
    `select i.number, d.id as "deliveryId", d.dossier_id as "dossierId", d.partner, d.operation, d.unit, d.procedure,
            array(select c.code from dossier_code c where c.dossier_id = d.dossier_id order by c.code) as codes,
            coalesce(d.edited_ref::text, d.facts ->> 'contentRef', o.projection ->> 'contentRef') as "contentRef",
            array(select f ->> 'field' from jsonb_array_elements(coalesce(d.fields, '[]')) f) as complained
     from replay_item i join delivery d on d.id = i.delivery_id join dossier o on o.id = d.dossier_id
     where i.plan_id = $1 order by i.number limit $2`,
    [planId, limit],
  );
}

export async function writeEditedRefs(
  tx: Tx,
  planId: string,
  rows: readonly { number: number; ref: string }[],
): Promise<void> {
  await tx.execute(
    `update replay_item i set edited_ref = r.ref
     from jsonb_to_recordset($2::jsonb) as r (number integer, ref uuid) where i.plan_id = $1 and i.number = r.number`,
    [planId, JSON.stringify(rows)],
  );
}
