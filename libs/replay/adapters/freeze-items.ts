import type { DeadLetterKind } from '#delivery';
import type { Queryable, Tx } from '#platform';
import type { PlanSource } from '../domain/plan';

/** A selection with everything looked up. */
export interface ResolvedSelection {
  partner?: string;
  operation?: string;
  /** Kinds of dead letters of the selected group. */
  kinds?: readonly DeadLetterKind[];
  reasonCode?: string;
  unit?: string;
  procedure?: string;
  from?: Date;
  to?: Date;
  dossierIds?: readonly string[];
  ids?: readonly string[];
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
}

export interface FrozenItems {
  items: number;
  dossiers: number;
  units: readonly string[];
  /** SHA-256 over the deliveries' ids in the order of the plan. */
  idsDigest: Buffer;
}

const STATUS: Readonly<Record<PlanSource, string>> = {
  // Both, so that the planner sees that the partial index `delivery_dead` fits.
  'dead-letters': `d.status in ('dead', 'unknown') and d.status = 'dead'`,
  history: `d.status = 'settled' and d.outcome in ('accepted', 'already-applied')`,
};

/** Writes down the deliveries of a plan: dossiers in the order of their receipt, each with its own in the order of their lanes.
 *  @param limit at most so many; one more tells the caller that there are too many */
export async function freezeItems(
  tx: Tx,
  plan: { id: string; source: PlanSource; limit: number },
  selection: ResolvedSelection,
): Promise<FrozenItems> {
  const { sql, params } = filterOf(plan.source, selection);
  const [frozen] = await tx.query<FrozenItems>(
    `with picked as (
       select d.id, d.dossier_id, d.unit, d.partner, d.caused_seq, d.replay_number, d.step from delivery d
       where ${STATUS[plan.source]}${sql} limit $2
     ), numbered as (
       select p.id, p.dossier_id, p.unit,
         row_number() over (order by p.dossier_id, p.partner, p.caused_seq, p.replay_number, p.step)::integer as number,
         lead(p.dossier_id) over (order by p.dossier_id, p.partner, p.caused_seq, p.replay_number, p.step) is distinct from p.dossier_id as is_last
       from picked p
     ), written as (
       insert into replay_item (plan_id, number, delivery_id, dossier_id, is_last)
       select $1, n.number, n.id, n.dossier_id, n.is_last from numbered n
     )
     select count(*)::integer as items, count(distinct n.dossier_id)::integer as dossiers,
            coalesce(array_agg(distinct n.unit), '{}') as units,
            sha256(convert_to(coalesce(string_agg(n.id::text, ',' order by n.number), ''), 'UTF8')) as "idsDigest"
     from numbered n`,
    [plan.id, plan.limit, ...params],
  );
  return frozen;
}

/** The newest dead letters of a selection. */
export async function sampleIds(tx: Queryable, selection: ResolvedSelection, limit: number): Promise<string[]> {
  const { sql, params } = filterOf('dead-letters', selection, 2);
  const rows = await tx.query<{ id: string }>(
    `select d.id from delivery d where ${STATUS['dead-letters']}${sql} order by d.id desc limit $1`,
    [limit, ...params],
  );
  return rows.map((row) => row.id);
}

type Filter = readonly [given: unknown, sql: (place: string) => string];

/** Only what is given stands in the statement, so that an index can serve it. */
function filterOf(
  source: PlanSource,
  selection: ResolvedSelection,
  firstPlace = 3,
): { sql: string; params: unknown[] } {
  const { partner, operation, kinds, reasonCode, unit, procedure, from, to, dossierIds, ids, units } = selection;
  const at = source === 'history' ? 'd.settled_at' : 'coalesce(d.last_attempt_at, d.created_at)';
  const filters: readonly Filter[] = [
    [partner, (place) => `d.partner = ${place}`],
    [operation, (place) => `d.operation = ${place}`],
    [kinds && JSON.stringify(kinds), kindFilter],
    [reasonCode, (place) => `d.reason_code = ${place}`],
    [unit, (place) => `d.unit = ${place}`],
    [procedure, (place) => `d.procedure = ${place}`],
    [from, (place) => `${at} >= ${place}`],
    [to, (place) => `${at} < ${place}`],
    [dossierIds, (place) => `d.dossier_id = any(${place}::uuid[])`],
    [ids, (place) => `d.id = any(${place}::uuid[])`],
    [units ?? undefined, (place) => `d.unit = any(${place}::text[])`],
  ];
  const given = filters.filter(([value]) => value !== undefined);
  return {
    sql: given.map(([, sql], index) => ` and ${sql(`$${index + firstPlace}`)}`).join(''),
    params: given.map(([value]) => value),
  };
}

function kindFilter(place: string): string {
  return `exists (
    select from jsonb_to_recordset(${place}::jsonb) as k (partner text, operation text, "reasonCode" text, field text, problem text)
    where k.partner = d.partner and k.operation = d.operation and k."reasonCode" = coalesce(d.reason_code, 'none')
      and k.field is not distinct from d.fields #>> '{0,field}' and k.problem is not distinct from d.fields #>> '{0,problem}')`;
}
