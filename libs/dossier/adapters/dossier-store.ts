import type { Tx, Queryable } from '#platform';
import type { Actor } from '../domain/commands';
import type { DossierEvent } from '../domain/events';
import type { DossierState } from '../domain/state';

export interface JournalRow {
  dossierId: string;
  event: DossierEvent & { seq: number; eventId: string };
  at: Date;
  actor: Actor;
  /** The fold up to and including this event. */
  after: DossierState;
}

/** Locks dossiers in the order of their ids: every transaction takes them so, else batches deadlock (STACK §4). */
export async function lockDossiers(
  tx: Queryable,
  sortedIds: readonly string[],
): Promise<Map<string, DossierState | null>> {
  const rows = await tx.query<{ id: string; projection: DossierState }>(
    `select id, projection from dossier where id = any($1::uuid[]) order by id for update`,
    [sortedIds],
  );
  const found = new Map(rows.map((row) => [row.id, row.projection]));
  return new Map(sortedIds.map((id) => [id, found.get(id) ?? null]));
}

const ROW_SHAPE = `(id uuid, procedure text, module text, unit text, state text, attention boolean, version integer, projection jsonb, "receivedAt" timestamptz, "updatedAt" timestamptz)`;

function rowsOf(states: readonly DossierState[]): string {
  const sorted = [...states].sort((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify(sorted.map((state) => ({ ...state, projection: state })));
}

export function insertDossiers(tx: Tx, states: readonly DossierState[]): void {
  tx.send(
    `insert into dossier (id, procedure, module, unit, state, attention, version, projection, received_at, created_at, updated_at)
     select r.id, r.procedure, r.module, r.unit, r.state, r.attention, r.version, r.projection, r."receivedAt", r."updatedAt", r."updatedAt"
     from jsonb_to_recordset($1::jsonb) as r${ROW_SHAPE}`,
    [rowsOf(states)],
  );
}

/** The rows are locked by the caller; the version guards against a change past the lock. A dossier whose routing is blocked goes on calling
 *  for a person: its journal knows nothing of that. */
export function updateDossiers(tx: Tx, states: readonly DossierState[]): void {
  tx.send(
    `update dossier d
     set state = r.state, attention = r.attention or d.routing_blocked is not null, version = r.version, projection = r.projection, updated_at = r."updatedAt"
     from jsonb_to_recordset($1::jsonb) as r${ROW_SHAPE}
     where d.id = r.id and d.version < r.version`,
    [rowsOf(states)],
  );
}

export interface CodeRow {
  system: string;
  code: string;
  dossierId: string;
}

/** Codes of one dossier may come twice (a repeat of the same fact). Returns those that another dossier has already: they are not
 *  stored a second time, and the caller decides what that means. */
export async function insertCodes(tx: Tx, codes: readonly CodeRow[]): Promise<CodeRow[]> {
  if (codes.length === 0) return [];
  // Race: two transactions bring the same code. The second waits on the primary key, inserts nothing, and then sees a foreign owner.
  tx.send(
    `insert into dossier_code (system, code, dossier_id)
     select r.system, r.code, r."dossierId" from jsonb_to_recordset($1::jsonb) as r(system text, code text, "dossierId" uuid)
     order by r.system, r.code
     on conflict (system, code) do nothing`,
    [JSON.stringify(codes)],
  );
  return tx.query<CodeRow>(
    `select r.system, r.code, r."dossierId" from dossier_code c
     join jsonb_to_recordset($1::jsonb) as r(system text, code text, "dossierId" uuid) on c.system = r.system and c.code = r.code
     where c.dossier_id <> r."dossierId"`,
    [JSON.stringify(codes)],
  );
}

export function insertJournal(tx: Tx, journal: readonly JournalRow[]): void {
  const rows = journal.map(({ dossierId, event, at, actor }) => ({
    dossierId,
    seq: event.seq,
    eventId: event.eventId,
    type: event.type,
    at,
    actor,
    facts: event.data,
  }));
  tx.send(
    `insert into journal (dossier_id, seq, event_id, type, at, actor, data)
     select r."dossierId", r.seq, r."eventId", r.type, r.at, r.actor, r.facts
     from jsonb_to_recordset($1::jsonb) as r("dossierId" uuid, seq integer, "eventId" uuid, type text, at timestamptz, actor jsonb, facts jsonb)`,
    [JSON.stringify(rows)],
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Finds a dossier by any of its codes, or by its id; null when nobody knows it. */
export async function findDossierId(tx: Queryable, code: string): Promise<string | null> {
  return (await findDossierIds(tx, [code])).get(code) ?? null;
}

/** As `findDossierId`, for many in one statement: ids by what was asked for, without what nobody knows.
 *  @param units communes to which the answer is limited; null = all */
export async function findDossierIds(
  tx: Queryable,
  codes: readonly string[],
  units: readonly string[] | null = null,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ code: string; id: string }>(
    `select f.code, f.id from (
       select id::text as code, id from dossier where id = any($1::uuid[])
       union all
       select code, min(dossier_id::text)::uuid from dossier_code where code = any($2::text[])
       group by code having count(distinct dossier_id) = 1
     ) f where $3::text[] is null or exists (select from dossier d where d.id = f.id and d.unit = any($3))`,
    [codes.filter((code) => UUID.test(code)), codes.filter((code) => !UUID.test(code)), units],
  );
  return new Map(rows.map(({ code, id }) => [code, id]));
}
