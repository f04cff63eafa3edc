import type { DossierEvent, DossierState, PlannedTimer } from '#dossier';
import type { Ids, Tx } from '#platform';
import type { JournalFact } from './route-dossiers';

export interface UnroutedDossier {
  id: string;
  routedSeq: number;
  routedProjection: DossierState | null;
  /** The dossier as of now: tells what has become moot. */
  projection: DossierState;
}

/** Locks, in the order of ids, those of the dossiers that have something to route and are not blocked. */
export async function lockUnrouted(tx: Tx, sortedIds: readonly string[]): Promise<UnroutedDossier[]> {
  return tx.query<UnroutedDossier>(
    `select id, routed_seq as "routedSeq", routed_projection as "routedProjection", projection
     from dossier
     where id = any($1::uuid[]) and routed_seq < version and routing_blocked is null
     order by id for update`,
    [sortedIds],
  );
}

export async function readUnrouted(tx: Tx, dossiers: readonly UnroutedDossier[]): Promise<Map<string, JournalFact[]>> {
  const rows = await tx.query<{ dossierId: string; seq: number; at: Date; type: string; facts: unknown }>(
    `select j.dossier_id as "dossierId", j.seq, j.at, j.type, j.data as facts
     from unnest($1::uuid[], $2::integer[]) as u(dossier_id, routed_seq)
     join journal j on j.dossier_id = u.dossier_id and j.seq > u.routed_seq
     order by j.dossier_id, j.seq`,
    [dossiers.map((one) => one.id), dossiers.map((one) => one.routedSeq)],
  );
  const journals = new Map<string, JournalFact[]>();
  for (const { dossierId, seq, at, type, facts } of rows) {
    const fact: JournalFact = { seq, at, event: { type, data: facts } as DossierEvent };
    const journal = journals.get(dossierId);
    if (journal) journal.push(fact);
    else journals.set(dossierId, [fact]);
  }
  return journals;
}

export async function insertTimers(
  tx: Tx,
  timers: readonly { dossierId: string; causedSeq: number; timer: PlannedTimer }[],
  ids: Ids,
): Promise<void> {
  if (timers.length === 0) return;
  await tx.execute(
    `insert into timer (id, dossier_id, kind, caused_seq, due_at, data)
     select r.id, r."dossierId", r.kind, r."causedSeq", r."dueAt", jsonb_build_object('deadline', r."dueAtText")
     from jsonb_to_recordset($1::jsonb) as r(id uuid, "dossierId" uuid, kind text, "causedSeq" integer, "dueAt" timestamptz, "dueAtText" text)
     on conflict (dossier_id, kind, caused_seq) do nothing`,
    [
      JSON.stringify(
        timers.map(({ dossierId, causedSeq, timer }) => ({
          id: ids.next(),
          dossierId,
          causedSeq,
          kind: timer.kind,
          dueAt: timer.dueAt,
          dueAtText: timer.dueAt,
        })),
      ),
    ],
  );
}

export async function moveRouted(
  tx: Tx,
  moved: readonly { id: string; routedSeq: number; routedProjection: DossierState }[],
): Promise<void> {
  if (moved.length === 0) return;
  await tx.execute(
    `update dossier d set routed_seq = r."routedSeq", routed_projection = r."routedProjection"
     from jsonb_to_recordset($1::jsonb) as r(id uuid, "routedSeq" integer, "routedProjection" jsonb)
     where d.id = r.id`,
    [JSON.stringify(moved)],
  );
}

export async function blockRouting(tx: Tx, blocked: readonly { id: string; code: string }[]): Promise<void> {
  if (blocked.length === 0) return;
  await tx.execute(
    `update dossier d set routing_blocked = r.code, attention = true
     from jsonb_to_recordset($1::jsonb) as r(id uuid, code text) where d.id = r.id`,
    [JSON.stringify(blocked)],
  );
}

/** Dossiers that have waited for routing since before `before`, oldest first (for the sweeper). */
export async function findWaiting(tx: Tx, before: Date, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from dossier where routed_seq < version and routing_blocked is null and updated_at < $1 order by updated_at limit $2`,
    [before, limit],
  );
  return rows.map((row) => row.id);
}
