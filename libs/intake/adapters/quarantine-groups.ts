import { AppError, type Queryable, type Tx } from '#platform';
import type { ItemFacts } from '../domain/give-up-request';
import type { QuarantineKind } from '../domain/quarantine-causes';
import { quarantineStatesBefore, type QuarantineState } from '../domain/quarantine-states';
import { inUnits, ITEM_COLUMNS, LOCK_ORDER, type QuarantineItem, type Units } from './quarantine-store';

/** Open items of one kind, counted. */
export interface KindCount extends QuarantineKind {
  count: number;
  /** Whose side must act, as the items say. */
  responsible: string;
  units: readonly string[];
  firstSeen: Date;
  lastSeen: Date;
}

/** An open item's field without its place in a list. */
const FIELD = String.raw`regexp_replace(field, '\[\d+\]', '[]', 'g')`;

/** Open items by kind. The state is a literal, so that the planner sees that the partial index `quarantine_kind` fits. */
export async function countOpenKinds(tx: Queryable, units: Units = null): Promise<KindCount[]> {
  return tx.query<KindCount>(
    `select source, stage, reason_code as "reasonCode", ${FIELD} as field, count(*)::integer as count, min(responsible) as responsible,
       coalesce(array_agg(distinct unit) filter (where unit is not null), '{}') as units, min(first_seen) as "firstSeen", max(last_seen) as "lastSeen"
     from quarantine where state = 'open' and ${inUnits('$1')} group by source, stage, reason_code, ${FIELD}`,
    [units],
  );
}

/** An item as actions on many see it. */
export interface SelectedItem extends ItemFacts {
  source: string;
  codes: Readonly<Record<string, string>>;
  responsible: string;
  state: QuarantineState;
}

const COLUMNS = `id, source, codes, stage, reason_code as "reasonCode", field, responsible, message_id as "messageId",
  encode(listing_digest, 'hex') as "listingDigest", state`;

const OF_KIND = `state = 'open' and source = $1 and stage = $2 and reason_code = $3 and ${FIELD} is not distinct from $4`;

function argumentsOf({ source, stage, reasonCode, field }: QuarantineKind): unknown[] {
  return [source, stage, reasonCode, field];
}

export async function readItemsById(
  tx: Queryable,
  ids: readonly string[],
  units: Units = null,
): Promise<SelectedItem[]> {
  return tx.query<SelectedItem>(
    `select ${COLUMNS} from quarantine where id = any($1::uuid[]) and ${inUnits('$2')} order by id`,
    [ids, units],
  );
}

/** Open items of a kind, oldest first. */
export async function readOpenOfKind(
  tx: Queryable,
  kind: QuarantineKind,
  { limit, units }: { limit: number; units: Units },
): Promise<SelectedItem[]> {
  return tx.query<SelectedItem>(
    `select ${COLUMNS} from quarantine where ${OF_KIND} and ${inUnits('$6')} order by id limit $5`,
    [...argumentsOf(kind), limit, units],
  );
}

/** A page of the open items of a kind, oldest first. */
export async function readPageOfKind(
  tx: Queryable,
  kind: QuarantineKind,
  page: { after?: string; limit: number; units?: Units },
): Promise<QuarantineItem[]> {
  return tx.query<QuarantineItem>(
    `select ${ITEM_COLUMNS} from quarantine
     where ${OF_KIND} and ($5::uuid is null or id > $5) and ${inUnits('$7')} order by id limit $6`,
    [...argumentsOf(kind), page.after ?? null, page.limit, page.units ?? null],
  );
}

/** Locks items until the transaction ends. Race: two persons act on the same items at once, or the next list brings one through; who
 *  comes second waits here and sees the state of now. */
export async function lockItems(tx: Tx, ids: readonly string[], units: Units = null): Promise<SelectedItem[]> {
  return tx.query<SelectedItem>(
    `select ${COLUMNS} from quarantine where id = any($1::uuid[]) and ${inUnits('$2')} ${LOCK_ORDER} for update`,
    [ids, units],
  );
}

/** @param ids of locked items
 *  @throws AppError `quarantine-transition-forbidden` (bug) when one of them may not go there */
export async function setState(tx: Tx, ids: readonly string[], state: QuarantineState): Promise<void> {
  const changed = await tx.execute(
    `update quarantine set state = $2 where id = any($1::uuid[]) and state = any($3::text[])`,
    [ids, state, quarantineStatesBefore(state)],
  );
  if (changed !== ids.length)
    throw new AppError({ code: 'quarantine-transition-forbidden', disposition: 'bug', detail: `to ${state}` });
}
