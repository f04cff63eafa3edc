import { FINAL_STATES } from '#dossier';
import type { Tx, Queryable } from '#platform';

/** A dossier that hộ tịch is asked about, leased for one call. */
export interface ClaimedWatch {
  dossierId: string;
  module: 'KS' | 'KT';
  /** One-stop code: what hộ tịch knows the dossier by. */
  code: string;
  /** Polls since the last push. */
  polls: number;
  /** Since when its polls were answered without it; null while it has a row, and before the first answer. */
  absentSince: Date | null;
  /** A person has heard of this absence. */
  absenceTold: boolean;
  /** Latest time of a state change that a row of it gave. */
  rowChangedAt: Date | null;
}

export interface WatchClaim {
  owner: string;
  now: Date;
  leaseUntil: Date;
  /** Watches that began later are not due yet. */
  begunBefore: Date;
  limit: number;
}

/** Leases due watches, oldest first. Only dossiers whose lane at hộ tịch is empty (CONTRACTS §1.3 *Polls*): while a push is
 *  on its way, whatever a poll says is about the time before it. An expired lease is taken over: a poll changes nothing.
 *  Race: several workers claim at once; each skips the rows that another has locked. */
export async function claimWatches(tx: Queryable, claim: WatchClaim): Promise<ClaimedWatch[]> {
  return tx.query<ClaimedWatch>(
    `update registry_watch w set lease_owner = $1, lease_until = $3
     from (
       select r.dossier_id from registry_watch r
       where r.next_poll_at <= $2 and (r.lease_until is null or r.lease_until <= $2) and (r.polls > 0 or r.watch_since <= $4)
         and not exists (
           select 1 from delivery d where d.partner = 'hotich' and d.dossier_id = r.dossier_id
             and d.status in ('queued', 'in-flight', 'waiting', 'unknown', 'dead'))
       order by r.next_poll_at limit $5
       for update skip locked
     ) due
     where w.dossier_id = due.dossier_id
     returning w.dossier_id as "dossierId", w.module, w.code, w.polls, w.absent_since as "absentSince", w.absence_told as "absenceTold",
       w.row_changed_at as "rowChangedAt"`,
    [claim.owner, claim.now, claim.leaseUntil, claim.begunBefore, claim.limit],
  );
}

/** Which of the watches are still leased for the poll that they were claimed for; their rows stay locked until the transaction ends.
 *  Race: a worker that was suspended wakes after its lease expired and another has asked since. What it brings is older than what is
 *  known, and its poll does not count. */
export async function lockHeldWatches(
  tx: Tx,
  owner: string,
  watches: readonly Pick<ClaimedWatch, 'dossierId' | 'polls'>[],
): Promise<Set<string>> {
  const rows = await tx.query<{ dossierId: string }>(
    `select w.dossier_id as "dossierId" from registry_watch w
     join unnest($2::uuid[], $3::int[]) as h(dossier_id, polls) on h.dossier_id = w.dossier_id and h.polls = w.polls
     where w.lease_owner = $1 order by w.dossier_id for update of w`,
    [owner, watches.map((one) => one.dossierId), watches.map((one) => one.polls)],
  );
  return new Set(rows.map((row) => row.dossierId));
}

/** A watch as its poll leaves it. */
export type PolledWatch = Pick<ClaimedWatch, 'dossierId' | 'polls' | 'absentSince' | 'absenceTold' | 'rowChangedAt'> & {
  nextPollAt: Date;
};

/** Gives watches back with their next time. A watch that a new push began anew meanwhile is not touched: its lease is gone. */
export async function rescheduleWatches(tx: Queryable, owner: string, watches: readonly PolledWatch[]): Promise<void> {
  if (watches.length === 0) return;
  await tx.execute(
    `update registry_watch w
     set next_poll_at = s.next_poll_at, polls = s.polls, absent_since = s.absent_since, absence_told = s.absence_told, row_changed_at = s.row_changed_at,
       lease_owner = null, lease_until = null
     from (select * from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::boolean[], $7::timestamptz[])
       as u(dossier_id, polls, next_poll_at, absent_since, absence_told, row_changed_at) order by dossier_id) s
     where w.dossier_id = s.dossier_id and w.lease_owner = $1 and w.polls = s.polls - 1`,
    [
      owner,
      watches.map((one) => one.dossierId),
      watches.map((one) => one.polls),
      watches.map((one) => one.nextPollAt),
      watches.map((one) => one.absentSince),
      watches.map((one) => one.absenceTold),
      watches.map((one) => one.rowChangedAt),
    ],
  );
}

export async function beginWatches(
  tx: Tx,
  watches: readonly Pick<ClaimedWatch, 'dossierId' | 'module' | 'code'>[],
  now: Date,
): Promise<void> {
  if (watches.length === 0) return;
  const byDossier = new Map(watches.map((watch) => [watch.dossierId, watch]));
  const sorted = [...byDossier.values()].sort((a, b) => (a.dossierId < b.dossierId ? -1 : 1));
  await tx.execute(
    `insert into registry_watch (dossier_id, module, code, next_poll_at, polls, watch_since)
     select dossier_id, module, code, $4, 0, $4 from unnest($1::uuid[], $2::text[], $3::text[]) as w(dossier_id, module, code)
     on conflict (dossier_id) do update
       set code = excluded.code, next_poll_at = excluded.next_poll_at, polls = 0, watch_since = excluded.watch_since, lease_owner = null, lease_until = null,
         absent_since = null, absence_told = false`,
    [sorted.map((one) => one.dossierId), sorted.map((one) => one.module), sorted.map((one) => one.code), now],
  );
}

export async function endWatches(tx: Tx, dossierIds: readonly string[]): Promise<void> {
  if (dossierIds.length === 0) return;
  await tx.execute(`delete from registry_watch where dossier_id = any($1::uuid[])`, [dossierIds]);
}

/** Ends the watches of dossiers that have ended and were asked about so often since. */
export async function endLongWatches(tx: Tx, dossierIds: readonly string[], polls: number): Promise<void> {
  await tx.execute(
    `delete from registry_watch w using dossier d
     where w.dossier_id = any($1::uuid[]) and w.polls >= $2 and d.id = w.dossier_id and d.state = any($3)`,
    [dossierIds, polls, FINAL_STATES],
  );
}

/** Where the lane of each dossier at hộ tịch stands; dossiers without a lane are left out. The caller holds the dossiers'
 *  locks, which enqueueing and settling take first: what is read stays true until the commit. */
export async function readRegistryLanes(
  tx: Tx,
  dossierIds: readonly string[],
): Promise<Map<string, { isBusy: boolean; lastSettledAt: Date | null }>> {
  const rows = await tx.query<{ dossierId: string; isBusy: boolean; lastSettledAt: Date | null }>(
    `select l.dossier_id as "dossierId", l.last_settled_at as "lastSettledAt", exists (
       select 1 from delivery d where d.partner = 'hotich' and d.dossier_id = l.dossier_id
         and d.status in ('queued', 'in-flight', 'waiting', 'unknown', 'dead')) as "isBusy"
     from lane l where l.partner = 'hotich' and l.dossier_id = any($1::uuid[])`,
    [dossierIds],
  );
  return new Map(rows.map((row) => [row.dossierId, row]));
}
