import { rfc3339, type Queryable } from '#platform';
import type { DeliveryView } from '../schema/delivery';

export interface DeliveryListRow {
  id: string;
  partner: string;
  dossier_id: string;
  dvclt_code: string | null;
  one_stop_code: string | null;
  operation: string;
  unit: string;
  procedure: string;
  status: string;
  caused_seq: number;
  replay_number: number;
  attempts: number;
  due_at: Date | null;
  last_attempt_at: Date | null;
  outcome: string | null;
  reason_code: string | null;
  rule_id: string | null;
  rule_version: number | null;
  fields: { field: string; problem: string }[] | null;
  created_at: Date;
  settled_at: Date | null;
}

export interface DeliveryFilter {
  partner: string | null;
  statuses: readonly string[] | null;
  operation: string | null;
  unit: string | null;
  reasonCode: string | null;
  dossierId: string | null;
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
  /** Id of the last delivery of the page before. */
  after: string | null;
  /** Rows to read. */
  limit: number;
}

const COLUMNS = `x.id, x.partner, x.dossier_id, d.projection #>> '{codes,dvclt}' as dvclt_code, d.projection #>> '{codes,oneStop}' as one_stop_code,
  x.operation, x.unit, x.procedure, x.status, x.caused_seq, x.replay_number, x.attempts, x.due_at, x.last_attempt_at, x.outcome, x.reason_code,
  x.rule_id, x.rule_version, x.fields, x.created_at, x.settled_at`;

/** Deliveries, newest first. */
export async function readDeliveryList(tx: Queryable, filter: DeliveryFilter): Promise<DeliveryListRow[]> {
  return tx.query<DeliveryListRow>(
    `select ${COLUMNS} from delivery x join dossier d on d.id = x.dossier_id
     where ($1::text is null or x.partner = $1) and ($2::text[] is null or x.status = any($2)) and ($3::text is null or x.operation = $3)
       and ($4::text is null or x.unit = $4) and ($5::text is null or x.reason_code = $5) and ($6::uuid is null or x.dossier_id = $6)
       and ($7::text[] is null or x.unit = any($7)) and ($8::uuid is null or x.id < $8)
     order by x.id desc limit $9`,
    [
      filter.partner,
      filter.statuses,
      filter.operation,
      filter.unit,
      filter.reasonCode,
      filter.dossierId,
      filter.units,
      filter.after,
      filter.limit,
    ],
  );
}

export async function readDelivery(
  tx: Queryable,
  id: string,
  units: readonly string[] | null,
): Promise<DeliveryListRow | undefined> {
  const [row] = await tx.query<DeliveryListRow>(
    `select ${COLUMNS} from delivery x join dossier d on d.id = x.dossier_id where x.id = $1 and ($2::text[] is null or x.unit = any($2))`,
    [id, units],
  );
  return row;
}

export function deliveryView(row: DeliveryListRow): DeliveryView {
  return {
    id: row.id,
    partner: row.partner,
    dossierId: row.dossier_id,
    dvcltCode: row.dvclt_code,
    oneStopCode: row.one_stop_code,
    operation: row.operation,
    unit: row.unit,
    procedure: row.procedure,
    status: row.status,
    causedSequence: row.caused_seq,
    replayNumber: row.replay_number,
    attempts: row.attempts,
    dueAt: localOrNull(row.due_at),
    lastAttemptAt: localOrNull(row.last_attempt_at),
    outcome: row.outcome,
    reasonCode: row.reason_code,
    reason: row.reason_code === null ? null : { code: row.reason_code, fields: row.fields ?? [] },
    rule: ruleOf(row),
    createdAt: rfc3339(row.created_at),
    settledAt: localOrNull(row.settled_at),
  };
}

export function ruleOf(row: {
  rule_id: string | null;
  rule_version: number | null;
}): { id: string; version: number } | null {
  return row.rule_id === null ? null : { id: row.rule_id, version: row.rule_version ?? 0 };
}

function localOrNull(at: Date | null): string | null {
  return at && rfc3339(at);
}
