import type { DossierState, PartnerId } from '#dossier';
import type { Queryable } from '#platform';
import type { DossierFacts } from '../domain/compare';
import type { IdWindow } from '../domain/id-window';

interface FactsRow extends Omit<DossierFacts, 'waiting'> {
  state: DossierState;
  waitingSince: Date | null;
  waitingStatus: string | null;
  isHeld: boolean;
}

/** The dossiers and their messages to the partner, by id. Read in a statement after the dossiers' lock it is current: whoever settles a message or routes
 *  an event holds that lock. */
export async function readFacts(
  tx: Queryable,
  partner: PartnerId,
  dossierIds: readonly string[],
  now: Date,
): Promise<Map<string, DossierFacts>> {
  if (dossierIds.length === 0) return new Map();
  const rows = await tx.query<FactsRow>(FACTS, [partner, dossierIds, now]);
  return new Map(
    rows.map(({ waitingSince: since, waitingStatus: status, isHeld, ...row }) => [
      row.dossierId,
      { ...row, waiting: since === null || status === null ? null : { since, status, isHeld } },
    ]),
  );
}

const STANDING = `'queued', 'in-flight', 'waiting', 'unknown', 'dead'`;

const FACTS = `
select d.id as "dossierId", d.projection as state, d.version, d.routed_seq as "routedSeq", d.updated_at as "updatedAt",
  w.since as "waitingSince", w.status as "waitingStatus", w.held is not null as "isHeld",
  t.settled as "settledAt", t.handed_over as "handedOverAt", t.acknowledged as "acknowledgedAt"
from unnest($2::uuid[]) as given (id)
join dossier d on d.id = given.id
left join lateral (
  select max(x.settled_at) as settled,
    max(x.settled_at) filter (where x.operation = 'hand-over-dossier' and x.outcome in ('accepted', 'already-applied')) as handed_over,
    max(x.settled_at) filter (where x.operation = 'acknowledge-receipt' and x.outcome in ('accepted', 'already-applied')) as acknowledged
  from delivery x where x.dossier_id = d.id and x.partner = $1 and x.status = 'settled'
) t on true
left join lateral (
  select x.created_at as since, x.status, (
    select h.id from hold h
    where h.partner = $1 and h.state = 'in-force' and h.starts_at <= $3 and (h.ends_at is null or h.ends_at > $3)
      and (h.operation is null or h.operation = x.operation) and (h.unit is null or h.unit = x.unit)
      and (h.dossier_id is null or h.dossier_id = x.dossier_id)
    limit 1) as held
  from delivery x where x.partner = $1 and x.dossier_id = d.id and x.status in (${STANDING})
  order by x.created_at, x.id limit 1
) w on true`;

/** Looked at in one statement at most: what a list has told of is passed over, and a long stretch of it must not outlast the statement. */
const STRETCH = 5_000;

export interface NextDossiers {
  ids: readonly string[];
  /** All up to here are among `ids` or were told of by the list. */
  last: string;
}

/** The next dossiers of the window that the list has not told of, in the order of their ids; undefined behind the last one. */
export async function readNext(
  tx: Queryable,
  { id, after, limit }: { id: string; after: string | null; limit: number },
  { from, to }: IdWindow,
): Promise<NextDossiers | undefined> {
  const begin = after ?? from;
  const rows = await tx.query<{ id: string }>(NEXT, [id, begin, to, STRETCH, limit]);
  const ids = rows.map((row) => row.id);
  if (ids.length === limit) return { ids, last: ids[limit - 1] };
  const [last] = await tx.query<{ id: string }>(LAST_OF_STRETCH, [begin, to, STRETCH]);
  return last && { ids, last: last.id };
}

/** The look into `reconciliation_seen` is a value, so that it is made row by row, for as many as are wanted, and never for the whole table. */
const NEXT = `
select stretch.id from (
  select d.id, (select true from reconciliation_seen s where s.reconciliation_id = $1 and s.dossier_id = d.id) as is_seen
  from dossier d where d.id > $2::uuid and d.id < $3::uuid order by d.id limit $4
) stretch where stretch.is_seen is null order by stretch.id limit $5`;

const LAST_OF_STRETCH = `
select stretch.id from (select d.id from dossier d where d.id > $1::uuid and d.id < $2::uuid order by d.id limit $3) stretch
order by stretch.id desc limit 1`;

/** Dossiers of the window with a message to the partner that waits since before `since`, in the order of their ids. */
export async function readOverdue(
  tx: Queryable,
  { partner, since, after, limit }: { partner: PartnerId; since: Date; after: string | null; limit: number },
  window: IdWindow,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select distinct x.dossier_id as id from delivery x
     where x.partner = $1 and x.dossier_id > $2::uuid and x.dossier_id < $3::uuid and x.status in (${STANDING}) and x.created_at < $4
     order by 1 limit $5`,
    [partner, after ?? window.from, window.to, since, limit],
  );
  return rows.map((row) => row.id);
}

export interface CodesOfRow {
  dvclt?: string;
  oneStop?: string;
}

/** Our dossier of each row of a partner's list, in the order of the rows; undefined for one that we do not know. The one-stop's code comes first. */
export async function findListed(tx: Queryable, rows: readonly CodesOfRow[]): Promise<(string | undefined)[]> {
  if (rows.length === 0) return [];
  const found = await tx.query<{ system: string; code: string; id: string }>(
    `select c.system, c.code, c.dossier_id as id from dossier_code c
     where (c.system = 'one-stop' and c.code = any($1::text[])) or (c.system = 'dvclt' and c.code = any($2::text[]))`,
    [rows.flatMap(({ oneStop }) => oneStop ?? []), rows.flatMap(({ dvclt }) => dvclt ?? [])],
  );
  const byCode = new Map(found.map(({ system, code, id }) => [`${system} ${code}`, id]));
  return rows.map(({ oneStop, dvclt }) => byCode.get(`one-stop ${oneStop}`) ?? byCode.get(`dvclt ${dvclt}`));
}

/** Those of the codes that intake holds back or that two persons have given up: known already. */
async function findQuarantined(tx: Queryable, codes: readonly string[]): Promise<Set<string>> {
  if (codes.length === 0) return new Set();
  const rows = await tx.query<{ code: string }>(
    `select q.item_key as code from quarantine q
     where q.source = 'dvclt' and q.item_key = any($1::text[]) and q.state in ('open', 'rerun', 'given-up')
     union select q.codes ->> 'dvclt' from quarantine q where q.codes ->> 'dvclt' = any($1::text[]) and q.state in ('open', 'rerun')`,
    [codes],
  );
  return new Set(rows.map((row) => row.code));
}

/** Those of DVCLT's codes that have come to us: dossiers of ours, and what intake holds back. */
export async function findArrived(tx: Queryable, codes: readonly string[]): Promise<Set<string>> {
  const arrived = await findQuarantined(tx, codes);
  const owners = await findListed(
    tx,
    codes.map((dvclt) => ({ dvclt })),
  );
  codes.forEach((code, index) => owners[index] !== undefined && arrived.add(code));
  return arrived;
}

/** Why the partner is not to be called now; undefined when it may be. */
export async function readClosed(
  tx: Queryable,
  partner: PartnerId,
  now: Date,
): Promise<'partner-held' | 'breaker-open' | undefined> {
  const [row] = await tx.query<{ isHeld: boolean; isOpen: boolean }>(
    `select exists (
         select from hold h
         where h.partner = $1 and h.state = 'in-force' and h.starts_at <= $2 and (h.ends_at is null or h.ends_at > $2)
           and h.operation is null and h.unit is null and h.dossier_id is null) as "isHeld",
       exists (select from partner_state s where s.partner = $1 and s.breaker = 'open' and s.breaker_until > $2) as "isOpen"`,
    [partner, now],
  );
  if (row.isHeld) return 'partner-held';
  return row.isOpen ? 'breaker-open' : undefined;
}
