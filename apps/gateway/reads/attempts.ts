import { rfc3339, type Queryable } from '#platform';
import type { AttemptView } from '../schema/delivery';
import { ruleOf } from './deliveries';

interface AttemptListRow {
  id: string;
  number: number;
  kind: string;
  started_at: Date;
  ended_at: Date;
  outcome: string;
  wire: string;
  http_status: number | null;
  reason_code: string;
  rule_id: string | null;
  rule_version: number | null;
  late: boolean;
}

/** More than any policy allows; the bound is for a policy that was set wrongly. */
const MAX_ATTEMPTS = 1_000;

/** The calls and probes of a delivery, in the order of their start. */
export async function readAttempts(tx: Queryable, deliveryId: string): Promise<AttemptView[]> {
  const rows = await tx.query<AttemptListRow>(
    `select id, number, kind, started_at, ended_at, outcome, wire, http_status, reason_code, rule_id, rule_version, late
     from attempt where delivery_id = $1 order by started_at, number limit ${MAX_ATTEMPTS}`,
    [deliveryId],
  );
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    kind: row.kind,
    startedAt: rfc3339(row.started_at),
    endedAt: rfc3339(row.ended_at),
    durationMs: row.ended_at.getTime() - row.started_at.getTime(),
    outcome: row.outcome,
    wire: row.wire,
    httpStatus: row.http_status,
    reasonCode: row.reason_code,
    rule: ruleOf(row),
    late: row.late,
  }));
}
