import type { DossierState } from '#dossier';
import { Pool } from 'pg';

/** Bytes that the floor keeps: raw messages, contents, files, rendered bodies, answers. */
export interface ContentRow {
  id: string;
  dossierId: string;
  kind: 'raw' | 'content' | 'file' | 'officer' | 'result' | 'rendered' | 'answer';
  bytes: Buffer;
}

interface FactRow {
  id: string;
  dossierId: string;
  seq: number;
  type: string;
  at: string;
  facts: object;
}

/** Written before a call. */
interface StartedAttempt {
  id: string;
  dossierId: string;
  partner: string;
  operation: string;
  renderedRef: string;
  startedAt: string;
}

/** Written after a call. */
interface EndedAttempt {
  id: string;
  endedAt: string;
  outcome: string;
  answerRef: string | null;
}

/** What one caller wants durable; it goes on when `commit` returns. */
export interface Writes {
  contents?: readonly ContentRow[];
  facts?: readonly FactRow[];
  dossier?: DossierState;
  started?: StartedAttempt;
  ended?: EndedAttempt;
}

interface Waiting {
  writes: Writes;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const TABLES = `
create table content (id uuid primary key, dossier_id uuid not null, kind text not null, bytes bytea not null);
alter table content alter column bytes set storage external;
create table fact (dossier_id uuid not null, seq integer not null, id uuid not null, type text not null, at timestamptz not null,
  facts jsonb not null, primary key (dossier_id, seq));
create table dossier (id uuid primary key, version integer not null, state jsonb not null) with (fillfactor = 70);
create table attempt (id uuid primary key, dossier_id uuid not null, partner text not null, operation text not null,
  rendered_ref uuid not null, started_at timestamptz not null, ended_at timestamptz, outcome text, answer_ref uuid)
  with (fillfactor = 70);`;

/** One statement is one transaction and one round trip. An attempt is never started and ended in the same batch: its caller
 *  waits for the first commit before it calls. */
const COMMIT = `
with contents as (
  insert into content (id, dossier_id, kind, bytes)
  select c.id, c.dossier_id, c.kind, substring($6::bytea from c.start for c.length)
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::int[]) as c (id, dossier_id, kind, start, length)
), facts as (
  insert into fact (dossier_id, seq, id, type, at, facts)
  select f."dossierId", f.seq, f.id, f.type, f.at, f.facts
  from jsonb_to_recordset($7::jsonb) as f ("dossierId" uuid, seq integer, id uuid, type text, at timestamptz, facts jsonb)
), dossiers as (
  insert into dossier (id, version, state)
  select (d.state ->> 'id')::uuid, (d.state ->> 'version')::integer, d.state from jsonb_array_elements($8::jsonb) as d (state)
  on conflict (id) do update set version = excluded.version, state = excluded.state
), started as (
  insert into attempt (id, dossier_id, partner, operation, rendered_ref, started_at)
  select s.id, s."dossierId", s.partner, s.operation, s."renderedRef", s."startedAt"
  from jsonb_to_recordset($9::jsonb) as s (id uuid, "dossierId" uuid, partner text, operation text, "renderedRef" uuid,
    "startedAt" timestamptz)
)
update attempt a set ended_at = e."endedAt", outcome = e.outcome, answer_ref = e."answerRef"
from jsonb_to_recordset($10::jsonb) as e (id uuid, "endedAt" timestamptz, outcome text, "answerRef" uuid)
where a.id = e.id`;

/** Group commit by hand: whatever came while the last commit ran goes into the next one. */
export class GroupCommit {
  private readonly pool: Pool;
  private waiting: Waiting[] = [];
  private isRunning = false;

  constructor(databaseUrl: string) {
    this.pool = new Pool({ connectionString: databaseUrl, max: 1, application_name: 'floor' });
  }

  async createTables(): Promise<void> {
    await this.pool.query(TABLES);
  }

  /** Resolves when the writes are committed, in the order of the calls. */
  commit(writes: Writes): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.waiting.push({ writes, resolve, reject }));
    if (!this.isRunning) void this.drain();
    return done;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async drain(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.pool.query({
          name: 'commit',
          text: COMMIT,
          values: parametersOf(batch.map((one) => one.writes)),
        });
        for (const one of batch) one.resolve();
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    this.isRunning = false;
  }
}

function parametersOf(batch: readonly Writes[]): unknown[] {
  const contents = batch.flatMap((writes) => writes.contents ?? []);
  const starts: number[] = [];
  let start = 1;
  for (const { bytes } of contents) {
    starts.push(start);
    start += bytes.length;
  }
  const dossiers = new Map(batch.flatMap(({ dossier }) => (dossier ? [[dossier.id, dossier] as const] : [])));
  const json = (rows: readonly unknown[]): string => JSON.stringify(rows.filter((row) => row !== undefined));
  return [
    contents.map((row) => row.id),
    contents.map((row) => row.dossierId),
    contents.map((row) => row.kind),
    starts,
    contents.map((row) => row.bytes.length),
    Buffer.concat(contents.map((row) => row.bytes)),
    json(batch.flatMap((writes) => writes.facts ?? [])),
    json([...dossiers.values()]),
    json(batch.map((writes) => writes.started)),
    json(batch.map((writes) => writes.ended)),
  ];
}
