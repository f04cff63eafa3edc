import { AppError, type Queryable } from '#platform';
import {
  countOpenKinds,
  readItemsById,
  readOpenOfKind,
  type KindCount,
  type SelectedItem,
} from '../adapters/quarantine-groups';
import type { Units } from '../adapters/quarantine-store';
import { groupKeyOf } from '../domain/quarantine-causes';

/** Items that one request may act on: more are left for the next. */
export const MAX_ITEMS = 1_000;

/** One item, some, or a whole group. */
export type QuarantineSelection = { ids: readonly string[] } | { group: string };

/** What a selection means now: what was asked for, and how many open items of its group are beyond the bound. */
export interface Selected {
  ids: readonly string[];
  items: readonly SelectedItem[];
  remaining: number;
}

/** Reads what a selection means for a caller, without a lock: an item of another commune is as unknown as none.
 *  @throws AppError 404 `quarantine-group-unknown` when no open item has this cause */
export async function select(
  tx: Queryable,
  selection: QuarantineSelection,
  { units, maxItems = MAX_ITEMS }: { units: Units; maxItems?: number },
): Promise<Selected> {
  if ('ids' in selection) {
    const ids = [...new Set(selection.ids)];
    return { ids, items: await readItemsById(tx, ids, units), remaining: 0 };
  }
  const kind = await findKind(tx, selection.group, units);
  if (!kind)
    throw new AppError({
      code: 'quarantine-group-unknown',
      disposition: 'refuse',
      status: 404,
      field: 'group',
      detail: 'no open item has this cause (any more)',
    });
  const items = await readOpenOfKind(tx, kind, { limit: maxItems, units });
  return { ids: items.map(({ id }) => id), items, remaining: Math.max(0, kind.count - items.length) };
}

/** The kind of a group that has open items. */
export async function findKind(tx: Queryable, group: string, units: Units): Promise<KindCount | undefined> {
  return (await countOpenKinds(tx, units)).find((kind) => groupKeyOf(kind) === group);
}
