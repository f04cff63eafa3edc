import type { Tx } from '#platform';

/** The one delivery of a plan that links a registration, with its dossier. */
export interface LinkedDelivery {
  dossierId: string;
  operation: string;
  unit: string;
  module: 'KS' | 'KT';
  state: string;
}

/** @returns of the plan's first item */
export async function readLinked(tx: Tx, planId: string): Promise<LinkedDelivery> {
  const [row] = await tx.query<LinkedDelivery>(
    `select d.dossier_id as "dossierId", d.operation, d.unit, o.module, o.state
     from replay_item i join delivery d on d.id = i.delivery_id join dossier o on o.id = d.dossier_id
     where i.plan_id = $1 order by i.number limit 1`,
    [planId],
  );
  return row;
}
