import type { Tx } from '#platform';
import type { DeliveryStatus } from '../domain/transitions';
import type { FieldComplaint } from '../ports';

export interface DeliveryRow {
  id: string;
  status: DeliveryStatus;
  lastCallAt: Date | null;
  /** Sealed object of the content kept for its calls, and the salted digest of it; null before it is kept. */
  contentRef: string | null;
  contentDigest: Buffer | null;
}

/** Read after the lanes' locks, so these are the deliveries of now. */
export async function readDeliveries(tx: Tx, ids: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const rows = await tx.query<DeliveryRow>(
    `select id, status, last_attempt_at as "lastCallAt", content_ref as "contentRef", content_digest as "contentDigest"
     from delivery where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those of the attempts that are in the database. Read after the lanes' locks, which the transaction that recorded them held: one that is
 *  committing at this moment is waited for. */
export async function readRecorded(tx: Tx, attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: string }>('select id from attempt where id = any($1::uuid[])', [attemptIds]);
  return new Set(rows.map((row) => row.id));
}

/** One row of `attempt`, named as its columns. */
export interface AttemptRow {
  id: string;
  delivery_id: string;
  number: number;
  kind: 'call' | 'probe';
  worker: string;
  fence: string;
  started_at: Date;
  ended_at: Date;
  outcome: string;
  wire: string;
  http_status: number | null;
  reason_code: string;
  rule_id: string | null;
  rule_version: number | null;
  answer_ref: string | null;
  /** Hexadecimal. */
  answer_digest: string | null;
  /** Vault object with the reading of a text that nobody knows (`AnswerReading`). */
  text_ref: string | null;
  /** `FieldComplaint[]`. */
  fields: readonly FieldComplaint[] | null;
  late: boolean;
}

/** What changes in a delivery, named as its columns. */
export interface DeliveryChange {
  id: string;
  status: DeliveryStatus;
  due_at: Date | null;
  outcome: string;
  reason_code: string;
  rule_id: string | null;
  rule_version: number | null;
  fields: readonly FieldComplaint[] | null;
  /** Hexadecimal; only of a text that waits for a person. */
  text_digest: string | null;
  /** Start of the call; null for a probe, which leaves it as it was. */
  last_attempt_at: Date | null;
  settled_at: Date | null;
  /** The message is made anew, since the partner was found to know the dossier: it is told as forgotten no more. */
  drop_content: boolean;
}

/** Attempt rows and delivery states of a batch in one statement. The caller holds the lanes' locks. */
export function writeSettlement(tx: Tx, attempts: readonly AttemptRow[], changes: readonly DeliveryChange[]): void {
  tx.send(
    `with made as (
       insert into attempt (id, delivery_id, number, kind, worker, fence, started_at, ended_at, outcome, wire, http_status,
                            reason_code, rule_id, rule_version, answer_ref, answer_digest, text_ref, fields, late)
       select a.id, a.delivery_id, a.number, a.kind, a.worker, a.fence, a.started_at, a.ended_at, a.outcome, a.wire, a.http_status,
              a.reason_code, a.rule_id, a.rule_version, a.answer_ref, decode(a.answer_digest, 'hex'), a.text_ref, a.fields, a.late
       from jsonb_to_recordset($1::jsonb) as a (id uuid, delivery_id uuid, number integer, kind text, worker text, fence bigint,
         started_at timestamptz, ended_at timestamptz, outcome text, wire text, http_status integer, reason_code text, rule_id text,
         rule_version integer, answer_ref uuid, answer_digest text, text_ref uuid, fields jsonb, late boolean)
     )
     update delivery d
     set status = c.status, due_at = c.due_at, outcome = c.outcome, reason_code = c.reason_code, rule_id = c.rule_id,
         rule_version = c.rule_version, fields = c.fields, text_digest = decode(c.text_digest, 'hex'), last_attempt_at = coalesce(c.last_attempt_at, d.last_attempt_at), settled_at = c.settled_at,
         facts = case when c.drop_content and d.facts ? 'isForgotten' then (d.facts - 'isForgotten') || '{"wasForgotten":true}' else d.facts end,
         content_ref = case when c.drop_content then null else d.content_ref end,
         content_digest = case when c.drop_content then null else d.content_digest end
     from jsonb_to_recordset($2::jsonb) as c (id uuid, status text, due_at timestamptz, outcome text, reason_code text, rule_id text,
       rule_version integer, fields jsonb, text_digest text, last_attempt_at timestamptz, settled_at timestamptz, drop_content boolean)
     where d.id = c.id`,
    [JSON.stringify(attempts), JSON.stringify(changes)],
  );
}
