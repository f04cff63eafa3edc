import type { DossierEvent, DossierState, PlannedTimer } from '#dossier';
import type { Ids, Tx, Queryable } from '#platform';
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

/** What is to be routed of them; asked after their locks, so that it is what stands there now. */
export async function readUnrouted(tx: Tx, ids: readonly string[]): Promise<Map<string, JournalFact[]>> {
  const rows = await tx.query<{ dossierId: string; seq: number; at: Date; type: string; facts: unknown }>(
    `select j.dossier_id as "dossierId", j.seq, j.at, j.type, j.data as facts
     from dossier d
     join journal j on j.dossier_id = d.id and j.seq > d.routed_seq
     where d.id = any($1::uuid[]) and d.routing_blocked is null
     order by j.dossier_id, j.seq`,
    [ids],
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

export function insertTimers(
  tx: Tx,
  timers: readonly { dossierId: string; causedSeq: number; timer: PlannedTimer }[],
  ids: Ids,
): void {
  if (timers.length === 0) return;
  tx.send(
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

export function moveRouted(
  tx: Tx,
  moved: readonly { id: string; routedSeq: number; routedProjection: DossierState }[],
): void {
  if (moved.length === 0) return;
  tx.send(
    `update dossier d set routed_seq = r."routedSeq", routed_projection = r."routedProjection"
     from jsonb_to_recordset($1::jsonb) as r(id uuid, "routedSeq" integer, "routedProjection" jsonb)
     where d.id = r.id`,
    [JSON.stringify(moved)],
  );
}

export function blockRouting(tx: Tx, blocked: readonly { id: string; code: string }[]): void {
  if (blocked.length === 0) return;
  tx.send(
    `update dossier d set routing_blocked = r.code, attention = true
     from jsonb_to_recordset($1::jsonb) as r(id uuid, code text) where d.id = r.id`,
    [JSON.stringify(blocked)],
  );
}

/** Dossiers that have waited for routing since before `before`, oldest first (for the sweeper). */
export async function findWaiting(tx: Queryable, before: Date, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from dossier where routed_seq < version and routing_blocked is null and updated_at < $1 order by updated_at limit $2`,
    [before, limit],
  );
  return rows.map((row) => row.id);
}
