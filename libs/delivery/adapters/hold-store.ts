import type { PartnerId } from '#dossier';
import type { Queryable, Tx } from '#platform';
import type { Hold } from '../domain/hold';
import { STANDING } from '../app/refresh-lanes';

interface HoldRow extends Omit<Hold, 'operation' | 'unit' | 'dossierId'> {
  operation: string | null;
  unit: string | null;
  dossierId: string | null;
}

const COLUMNS = `h.id, h.partner, h.state, h.operation, h.unit, h.dossier_id as "dossierId", h.starts_at as "startsAt", h.ends_at as "endsAt",
  h.reason, h.placed_by as "placedBy", h.released_at as "releasedAt", h.released_by as "releasedBy",
  h.release_per_second as "releasePerSecond", h.canary_id as "canaryId", h.drain_from as "drainFrom", h.drained`;

/** Lets lanes go, or its window has ended; `$2` is now. */
export const IS_DRAINING = `h.state <> 'over' and (h.state <> 'in-force' or h.ends_at <= $2)`;

export async function insertHold(tx: Tx, hold: Hold): Promise<void> {
  await tx.execute(
    `insert into hold (id, partner, operation, unit, dossier_id, starts_at, ends_at, reason, placed_by, release_per_second)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      hold.id,
      hold.partner,
      hold.operation ?? null,
      hold.unit ?? null,
      hold.dossierId ?? null,
      hold.startsAt,
      hold.endsAt,
      hold.reason,
      hold.placedBy,
      hold.releasePerSecond,
    ],
  );
}

/** Writes what may change of a hold. The caller holds its row's lock. */
export async function updateHold(tx: Tx, hold: Hold, at: Date): Promise<void> {
  await tx.execute(
    `update hold set state = $2, ends_at = $3, released_at = $4, released_by = $5, release_per_second = $6, canary_id = $7,
       drain_from = $8, drained = $9, over_at = case when $2 = 'over' then $10::timestamptz end
     where id = $1`,
    [
      hold.id,
      hold.state,
      hold.endsAt,
      hold.releasedAt,
      hold.releasedBy,
      hold.releasePerSecond,
      hold.canaryId,
      hold.drainFrom,
      hold.drained,
      at,
    ],
  );
}

export async function lockHold(tx: Tx, id: string): Promise<Hold | undefined> {
  const [row] = await tx.query<HoldRow>(`select ${COLUMNS} from hold h where h.id = $1 for update`, [id]);
  return row && holdOf(row);
}

/** The partner's holds that let lanes go, or whose window has ended; those that another worker looks after are left to it. */
export async function lockDraining(tx: Tx, partner: PartnerId, now: Date): Promise<Hold[]> {
  const rows = await tx.query<HoldRow>(
    `select ${COLUMNS} from hold h
     where h.partner = $1 and ${IS_DRAINING}
     order by h.id for update skip locked`,
    [partner, now],
  );
  return rows.map(holdOf);
}

/** What an account that is limited to communes may see: what stops one of them or one of their dossiers, and what stops everybody.
 *  @param place of the communes among the statement's parameters; null = all */
const concerns = (
  place: string,
): string => `(${place}::text[] is null or (h.unit is null and h.dossier_id is null) or h.unit = any(${place})
  or exists (select from dossier d where d.id = h.dossier_id and d.unit = any(${place})))`;

/** The partner's holds, newest first; `isOpen` leaves out those that are over. */
export async function readHolds(
  tx: Queryable,
  {
    partner,
    isOpen,
    after,
    limit,
    units = null,
  }: {
    partner: PartnerId | null;
    isOpen: boolean;
    after: string | null;
    limit: number;
    units?: readonly string[] | null;
  },
): Promise<Hold[]> {
  const rows = await tx.query<HoldRow>(
    `select ${COLUMNS} from hold h
     where ($1::text is null or h.partner = $1) and ($2 = false or h.state <> 'over') and ($3::uuid is null or h.id < $3)
       and ${concerns('$5')}
     order by h.id desc limit $4`,
    [partner, isOpen, after, limit, units],
  );
  return rows.map(holdOf);
}

export async function readHold(
  tx: Queryable,
  id: string,
  units: readonly string[] | null = null,
): Promise<Hold | undefined> {
  const [row] = await tx.query<HoldRow>(`select ${COLUMNS} from hold h where h.id = $1 and ${concerns('$2')}`, [
    id,
    units,
  ]);
  return row && holdOf(row);
}

/** What waits in its scope: deliveries and their lanes. */
export async function countHeld(
  tx: Queryable,
  hold: Hold,
): Promise<{ deliveries: number; lanes: number; oldestAt: Date | null }> {
  const [row] = await tx.query<{ deliveries: number; lanes: number; oldestAt: Date | null }>(
    `select count(*)::integer as deliveries, count(distinct l.dossier_id)::integer as lanes, min(l.created_at) as "oldestAt"
     from delivery l
     where l.partner = $1 and l.status in (${STANDING}) and l.status in ('queued', 'waiting', 'unknown')
       and ($2::text is null or l.operation = $2) and ($3::text is null or l.unit = $3) and ($4::uuid is null or l.dossier_id = $4)`,
    scopeParams(hold),
  );
  return row;
}

/** Whether a lane whose head is in its scope is due, and no other hold stops it. */
export async function isAnythingHeld(tx: Queryable, hold: Hold, now: Date): Promise<boolean> {
  const [{ found }] = await tx.query<{ found: boolean }>(
    `select exists (
       select from lane l
       cross join lateral (
         select d.status, d.operation, d.unit from delivery d
         where d.partner = $1 and d.dossier_id = l.dossier_id and d.status in (${STANDING})
         order by d.caused_seq, d.replay_number, d.step limit 1
       ) head
       where l.partner = $1 and l.state = 'open' and l.due_at <= $5 and ${IN_SCOPE}
         and not exists (
           select from hold o
           where o.partner = $1 and o.state <> 'over' and o.starts_at <= $5 and o.id <> $6
             and (o.operation is null or o.operation = head.operation) and (o.unit is null or o.unit = head.unit)
             and (o.dossier_id is null or o.dossier_id = l.dossier_id)
         )
     ) as found`,
    [...scopeParams(hold), now, hold.id],
  );
  return found;
}

export async function readCanary(
  tx: Queryable,
  deliveryId: string,
): Promise<{ status: string; outcome: string | null; isLeased: boolean } | undefined> {
  const [row] = await tx.query<{ status: string; outcome: string | null; isLeased: boolean }>(
    `select d.status, d.outcome, l.lease_owner is not null as "isLeased"
     from delivery d join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id where d.id = $1`,
    [deliveryId],
  );
  return row;
}

const IN_SCOPE = `($2::text is null or head.operation = $2) and ($3::text is null or head.unit = $3) and ($4::uuid is null or l.dossier_id = $4)`;

function scopeParams({ partner, operation, unit, dossierId }: Hold): unknown[] {
  return [partner, operation ?? null, unit ?? null, dossierId ?? null];
}

function holdOf({ operation, unit, dossierId, ...row }: HoldRow): Hold {
  return {
    ...row,
    ...(operation === null ? {} : { operation }),
    ...(unit === null ? {} : { unit }),
    ...(dossierId === null ? {} : { dossierId }),
  };
}
