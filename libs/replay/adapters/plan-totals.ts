import type { Tx } from '#platform';
import type { FoundItem, ItemAction, ItemClass } from '../domain/item-class';
import type { PlanTotals, ReplayPlan } from '../domain/plan';
import { PlanHash } from '../domain/plan-hash';

const PAGE = 10_000;

interface FoundRow {
  number: number;
  deliveryId: string;
  class: ItemClass;
  action: ItemAction;
  complaints: FoundItem['complaints'] | null;
}

/** Totals and hash of what a dry run found, in one pass over the items that are still to be handled. */
export async function readTotals(tx: Tx, plan: ReplayPlan): Promise<{ totals: PlanTotals; hash: Buffer }> {
  const hash = new PlanHash(plan.selectionHash);
  const totals = { classes: {}, actions: { send: 0, settle: 0, cancel: 0, skip: 0 }, complaints: {} };
  for (let from = plan.nextNumber; from <= plan.items; from += PAGE) {
    const rows = await tx.query<FoundRow>(
      `select number, delivery_id as "deliveryId", class, action, found -> 'complaints' as complaints
       from replay_item where plan_id = $1 and number >= $2 and number < $3 order by number`,
      [plan.id, from, from + PAGE],
    );
    for (const row of rows) {
      hash.add(row);
      count(totals, row);
    }
  }
  return { totals, hash: hash.digest() };
}

function count(totals: PlanTotals & { complaints: Record<string, number> }, row: FoundRow): void {
  totals.classes[row.class] = (totals.classes[row.class] ?? 0) + 1;
  totals.actions[row.action] += 1;
  for (const field of new Set((row.complaints ?? []).map((complaint) => complaint.field)))
    totals.complaints[field] = (totals.complaints[field] ?? 0) + 1;
}
