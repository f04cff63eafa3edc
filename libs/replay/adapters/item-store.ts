import type { DeliveryFacts } from '#delivery';
import type { DossierState, PartnerId } from '#dossier';
import type { Queryable, Tx } from '#platform';
import type { FoundItem, ItemAction, ItemClass } from '../domain/item-class';

/** An item with its delivery, lane and dossier as they are now. */
export interface PlanSubject {
  number: number;
  isLast: boolean;
  editedRef: string | null;
  class: ItemClass | null;
  action: ItemAction | null;
  deliveryId: string;
  dossierId: string;
  partner: PartnerId;
  operation: string;
  unit: string;
  procedure: string;
  status: string;
  outcome: string | null;
  attempts: number;
  wasUnknown: boolean;
  /** Start of the last call. */
  lastAttemptAt: Date | null;
  /** Highest replay number of its step. */
  lastReplay: number;
  causedSeq: number;
  step: number;
  facts: DeliveryFacts;
  contentRef: string | null;
  isLeased: boolean;
  /** The content of its dossier was erased at a person's request: nothing can be made or repeated of it. */
  isErased: boolean;
  isPlannedElsewhere: boolean;
  /** Dead letters of its lane, and what waits there for a person, in front of it. */
  blockers: readonly string[];
  /** Journal number of a newer one of the same kind that was told already; null where the plan tells that again too. */
  newerSeq: number | null;
  projection: DossierState;
}

/** What is read of a delivery, its lane and its dossier, whether it is in a plan or not. */
const OF_DELIVERY = `d.id as "deliveryId", d.dossier_id as "dossierId",
  d.partner, d.operation, d.unit, d.procedure, d.status, d.outcome, d.attempts, d.was_unknown as "wasUnknown",
  d.last_attempt_at as "lastAttemptAt",
  (select max(c.replay_number) from delivery c
   where c.partner = d.partner and c.dossier_id = d.dossier_id and c.caused_seq = d.caused_seq and c.step = d.step) as "lastReplay",
  d.caused_seq as "causedSeq", d.step, d.content_ref as "contentRef", l.lease_owner is not null as "isLeased",
  exists (select from vault_key k where k.owner_kind = 'dossier' and k.owner_id = d.dossier_id and k.wrapped is null) as "isErased"`;

/** A dossier's items stand side by side, so that those of the read numbers are all that can be in the plan for a dossier read whole. Compared by a set made
 *  once: asking the plan's items for each newer delivery would read all of them each time. The other plan of a delivery is looked up, not joined: from the
 *  plans the planner reads all items of each of them, for every single item. The dossier itself comes with its first item only. */
const SUBJECTS = `
select i.number, i.is_last as "isLast", i.edited_ref as "editedRef", i.class, i.action, ${OF_DELIVERY},
  case when lag(d.dossier_id) over (order by i.number) is distinct from d.dossier_id then o.projection end as projection,
  case when coalesce(i.edited_ref, d.edited_ref) is null then d.facts
    else d.facts || jsonb_build_object('contentRef', coalesce(i.edited_ref, d.edited_ref)) end as facts,
  exists (
    select from replay_item x
    where x.delivery_id = d.id and x.plan_id <> p.id
      and (
        (x.state in ('pending', 'released') and (
           select y.state in ('running', 'paused', 'stopped') and (p.started_at is null or (y.started_at, y.id) < (p.started_at, p.id))
           from replay_plan y where y.id = x.plan_id))
        or (x.state = 'released' and exists (
              select from delivery s where s.id = x.sent_id and s.status in ('queued', 'in-flight', 'waiting', 'unknown')))
      )
  ) as "isPlannedElsewhere",
  array(
    select b.id from delivery b
    where b.partner = d.partner and b.dossier_id = d.dossier_id and b.id <> d.id and b.status in ('dead', 'unknown')
      and (b.status = 'dead' or b.due_at is null)
      and case when p.source = 'history' then b.caused_seq <= d.caused_seq
          else (b.caused_seq, b.replay_number, b.step) < (d.caused_seq, d.replay_number, d.step) end
  ) as blockers,
  (
    select max(n.caused_seq) from delivery n
    where n.partner = d.partner and n.dossier_id = d.dossier_id and n.operation = d.operation
      and n.status = 'settled' and n.outcome in ('accepted', 'already-applied')
      and (n.caused_seq, n.replay_number, n.step) > (d.caused_seq, d.replay_number, d.step) and n.caused_seq > d.caused_seq
      and (n.partner, n.dossier_id, n.caused_seq, n.step) not in (
        select m.partner, m.dossier_id, m.caused_seq, m.step from replay_item x join delivery m on m.id = x.delivery_id
        where x.plan_id = $1 and x.number >= $2 and x.number < $3
      )
  ) as "newerSeq"
from replay_plan p
join replay_item i on i.plan_id = p.id
join delivery d on d.id = i.delivery_id
join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id
join dossier o on o.id = d.dossier_id
where p.id = $1 and i.number >= $2 and i.number < $3 and i.state = 'pending'
order by i.number`;

/** Items from `from` on, whole dossiers only: at least one dossier, then as many as fit into `atMost`. */
export async function readSubjects(
  tx: Queryable,
  planId: string,
  { from, atMost }: { from: number; atMost: number },
): Promise<PlanSubject[]> {
  for (let size = atMost; ; size *= 4) {
    const rows = await tx.query<SubjectRow>(SUBJECTS, [planId, from, from + size]);
    const whole = rows.slice(0, rows.findLastIndex((row) => row.isLast) + 1);
    if (whole.length > 0 || rows.length < size) return withProjections(whole);
  }
}

type SubjectRow = Omit<PlanSubject, 'projection'> & { projection: DossierState | null };

function withProjections(rows: readonly SubjectRow[]): PlanSubject[] {
  let projection: DossierState | null = null;
  return rows.map((row) => {
    projection = row.projection ?? projection;
    if (projection === null) throw new Error('the first item of a dossier comes with it');
    return { ...row, projection };
  });
}

/** Some deliveries outside of any plan, as a look needs them. */
export async function readLoose(tx: Queryable, ids: readonly string[]): Promise<PlanSubject[]> {
  return tx.query<PlanSubject>(
    `select (row_number() over (order by d.id))::integer as number, true as "isLast", null as "editedRef", null as class, null as action,
       ${OF_DELIVERY}, o.projection, d.facts, false as "isPlannedElsewhere", '{}'::uuid[] as blockers,
       null as "newerSeq"
     from delivery d
     join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id
     join dossier o on o.id = d.dossier_id
     where d.id = any($1::uuid[]) order by d.id`,
    [ids],
  );
}

/** Number of the last item of the dossier that `number` belongs to. */
export async function endOfDossier(tx: Queryable, planId: string, number: number): Promise<number> {
  const [row] = await tx.query<{ number: number }>(
    `select number from replay_item where plan_id = $1 and number >= $2 and is_last order by number limit 1`,
    [planId, number],
  );
  return row?.number ?? number;
}

/** What a look found. */
export async function writeFound(
  tx: Tx,
  planId: string,
  rows: readonly { number: number; found: FoundItem }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(
    `update replay_item i set class = r.class, action = r.action, found = r.found
     from jsonb_to_recordset($2::jsonb) as r (number integer, class text, action text, found jsonb)
     where i.plan_id = $1 and i.number = r.number`,
    [
      planId,
      JSON.stringify(
        rows.map(({ number, found }) => ({
          number,
          class: found.class,
          action: found.action,
          found: detailsOf(found),
        })),
      ),
    ],
  );
}

function detailsOf({ class: _class, action: _action, ...details }: FoundItem): object {
  return details;
}

export interface HandledItem {
  number: number;
  state: 'released' | 'done' | 'skipped';
  /** Delivery that carries it; null when nothing is sent. */
  sentId: string | null;
}

/** Highest replay number of each delivery's step. The caller holds the lanes' locks. */
export async function readLastReplays(tx: Tx, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ id: string; lastReplay: number }>(
    `select d.id, (select max(c.replay_number) from delivery c
       where c.partner = d.partner and c.dossier_id = d.dossier_id and c.caused_seq = d.caused_seq and c.step = d.step) as "lastReplay"
     from delivery d where d.id = any($1::uuid[])`,
    [deliveryIds],
  );
  return new Map(rows.map(({ id, lastReplay }) => [id, lastReplay]));
}

/** Items that the run has handled; in the transaction that released them. */
export async function writeHandled(tx: Tx, planId: string, rows: readonly HandledItem[], now: Date): Promise<void> {
  await tx.execute(
    `update replay_item i set state = r.state, sent_id = r.sent_id, released_at = case when r.state = 'released' then $3::timestamptz end,
       ended_at = case when r.state <> 'released' then $3::timestamptz end
     from jsonb_to_recordset($2::jsonb) as r (number integer, state text, sent_id uuid)
     where i.plan_id = $1 and i.number = r.number and i.state = 'pending'`,
    [planId, JSON.stringify(rows.map(({ number, state, sentId }) => ({ number, state, sent_id: sentId }))), now],
  );
}

/** Marks released items whose delivery has ended; one that waits for a person has failed, and one that an event has made moot is neither done
 *  nor failed. */
export async function followReleased(
  tx: Tx,
  planId: string,
  now: Date,
): Promise<{ number: number; state: 'done' | 'failed' | 'skipped' }[]> {
  return tx.query(
    `update replay_item i
     set state = case when d.status = 'settled' and d.outcome in ('accepted', 'already-applied') then 'done'
                      when d.status = 'cancelled' then 'skipped' else 'failed' end, ended_at = $2
     from delivery d
     where i.plan_id = $1 and i.state = 'released' and d.id = i.sent_id
       and (d.status in ('settled', 'dead', 'cancelled') or (d.status = 'unknown' and d.due_at is null
            and not exists (select from lane l where l.partner = d.partner and l.dossier_id = d.dossier_id and l.lease_owner is not null)))
     returning i.number, i.state`,
    [planId, now],
  );
}

/** What is on its way, and how the last hundred since `since` ended. Whoever resumed a run has seen what took so long: `oldestAt` is not before. */
export async function readMotion(
  tx: Queryable,
  planId: string,
  since: Date | null,
): Promise<{ underWay: number; oldestAt: Date | null; ended: number; failed: number }> {
  const [row] = await tx.query<{ underWay: number; oldestAt: Date | null; ended: number; failed: number }>(
    `select r.*, e.* from (
       select count(*)::integer as "underWay", min(greatest(released_at, $2)) as "oldestAt" from replay_item where plan_id = $1 and state = 'released'
     ) r, (
       select count(*)::integer as ended, (count(*) filter (where state = 'failed'))::integer as failed from (
         select state from replay_item
         where plan_id = $1 and state in ('done', 'failed') and sent_id is not null and ended_at >= $2 order by ended_at desc limit 100
       ) last
     ) e`,
    [planId, since],
  );
  return row;
}

export interface ItemRow {
  number: number;
  deliveryId: string;
  dossierId: string;
  partner: string;
  operation: string;
  unit: string;
  codes: Readonly<Record<string, unknown>>;
  state: string;
  class: ItemClass | null;
  action: ItemAction | null;
  found: Omit<FoundItem, 'class' | 'action'> | null;
  sentId: string | null;
  releasedAt: Date | null;
  endedAt: Date | null;
}

export interface ItemFilter {
  planId: string;
  class: ItemClass | null;
  state: string | null;
  after: number;
  limit: number;
}

/** Items of a plan, in its order. */
export async function readItems(tx: Queryable, filter: ItemFilter): Promise<ItemRow[]> {
  return tx.query<ItemRow>(
    `select i.number, i.delivery_id as "deliveryId", i.dossier_id as "dossierId", d.partner, d.operation, d.unit,
            o.projection -> 'codes' as codes, i.state, i.class, i.action, i.found, i.sent_id as "sentId",
            i.released_at as "releasedAt", i.ended_at as "endedAt"
     from replay_item i join delivery d on d.id = i.delivery_id join dossier o on o.id = i.dossier_id
     where i.plan_id = $1 and ($2::text is null or i.class = $2) and ($3::text is null or i.state = $3) and i.number > $4::bigint
     order by i.number limit $5`,
    [filter.planId, filter.class, filter.state, filter.after, filter.limit],
  );
}

/** Partners and operations of the items that a run would handle. */
export async function readReach(tx: Queryable, planId: string): Promise<{ partner: PartnerId; operation: string }[]> {
  return tx.query(
    `select distinct d.partner, d.operation from replay_item i join delivery d on d.id = i.delivery_id
     where i.plan_id = $1 and i.action <> 'skip'`,
    [planId],
  );
}
