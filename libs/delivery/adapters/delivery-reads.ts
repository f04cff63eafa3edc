import type { PartnerId } from '#dossier';
import type { Tx } from '#platform';
import type { DeliveryStatus } from '../domain/transitions';
import type { DeliveryFacts } from '../ports';

/** A delivery as screens, API and CLI show it: codes, statuses, references and times only. */
export interface DeliveryView {
  id: string;
  partner: PartnerId;
  dossierId: string;
  codes: { dvclt: string; oneStop?: string; registry: string[] };
  operation: string;
  unit: string;
  procedure: string;
  causedSeq: number;
  replayNumber: number;
  step: number;
  status: DeliveryStatus;
  /** Null when nothing happens by itself: settled, dead, or unknown and waiting for a person. */
  dueAt: Date | null;
  attempts: number;
  firstAttemptAt: Date | null;
  lastAttemptAt: Date | null;
  outcome: string | null;
  reasonCode: string | null;
  rule: { id: string; version: number } | null;
  facts: DeliveryFacts;
  createdAt: Date;
  settledAt: Date | null;
}

export interface AttemptView {
  id: string;
  number: number;
  kind: 'call' | 'probe';
  startedAt: Date;
  endedAt: Date;
  /** Of a call the outcome, of a probe its verdict. */
  outcome: string;
  wire: string;
  httpStatus: number | null;
  reasonCode: string;
  rule: { id: string; version: number } | null;
  /** Vault reference of the kept answer. */
  answerRef: string | null;
  isLate: boolean;
}

export interface DeliveryFilter {
  partner?: string;
  status?: DeliveryStatus;
  operation?: string;
  dossierId?: string;
  unit?: string;
  /** Only these units; undefined means all. */
  units?: readonly string[];
  /** Id of the last row of the page before. */
  after?: string;
  /** At most 200. @default 50 */
  limit?: number;
}

export interface DeliveryPage {
  items: DeliveryView[];
  /** Give it as `after`; null on the last page. */
  next: string | null;
}

const COLUMNS = `
  d.id, d.partner, d.dossier_id as "dossierId", o.projection -> 'codes' as codes, d.operation, d.unit, d.procedure, d.caused_seq as "causedSeq",
  d.replay_number as "replayNumber", d.step, d.status, d.due_at as "dueAt", d.attempts, d.first_attempt_at as "firstAttemptAt",
  d.last_attempt_at as "lastAttemptAt", d.outcome, d.reason_code as "reasonCode",
  case when d.rule_id is not null then jsonb_build_object('id', d.rule_id, 'version', d.rule_version) end as rule,
  d.facts, d.created_at as "createdAt", d.settled_at as "settledAt"`;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Deliveries in the order of their making (ids sort by time), a page at a time. */
export async function listDeliveries(tx: Tx, filter: DeliveryFilter = {}): Promise<DeliveryPage> {
  const limit = Math.min(filter.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
  const rows = await tx.query<DeliveryView>(
    `select ${COLUMNS} from delivery d join dossier o on o.id = d.dossier_id
     where ($1::text is null or d.partner = $1) and ($2::text is null or d.status = $2) and ($3::text is null or d.operation = $3)
       and ($4::uuid is null or d.dossier_id = $4) and ($5::text is null or d.unit = $5) and ($6::text[] is null or d.unit = any($6))
       and ($7::uuid is null or d.id > $7)
     order by d.id limit $8`,
    [
      filter.partner ?? null,
      filter.status ?? null,
      filter.operation ?? null,
      filter.dossierId ?? null,
      filter.unit ?? null,
      filter.units ?? null,
      filter.after ?? null,
      limit + 1,
    ],
  );
  return pageOf(rows, limit);
}

/** Dead letters: automatic handling has ended and the lane is parked. Oldest delivery first. */
export async function listDeadLetters(tx: Tx, filter: Omit<DeliveryFilter, 'status'> = {}): Promise<DeliveryPage> {
  return listDeliveries(tx, { ...filter, status: 'dead' });
}

/** One delivery with all its attempts, in their order; undefined when there is none. */
export async function findDelivery(
  tx: Tx,
  id: string,
): Promise<(DeliveryView & { attemptList: AttemptView[] }) | undefined> {
  const [delivery] = await tx.query<DeliveryView>(
    `select ${COLUMNS} from delivery d join dossier o on o.id = d.dossier_id where d.id = $1`,
    [id],
  );
  if (!delivery) return undefined;
  const attemptList = await tx.query<AttemptView>(
    `select id, number, kind, started_at as "startedAt", ended_at as "endedAt", outcome, wire, http_status as "httpStatus", reason_code as "reasonCode",
            case when rule_id is not null then jsonb_build_object('id', rule_id, 'version', rule_version) end as rule,
            answer_ref as "answerRef", late as "isLate"
     from attempt where delivery_id = $1 order by started_at, ended_at, id`,
    [id],
  );
  return { ...delivery, attemptList };
}

/** What lies before a partner. */
export interface PartnerWork {
  partner: string;
  queued: number;
  inFlight: number;
  waiting: number;
  unknown: number;
  dead: number;
  parkedLanes: number;
  /** Of the oldest delivery that is neither settled, dead nor cancelled. */
  oldestAt: Date | null;
  /** Active holds, of the partner or of a part of it. */
  holds: number;
}

/** Work before each partner that has any. */
export async function listPartnerWork(tx: Tx, now: Date): Promise<PartnerWork[]> {
  return tx.query<PartnerWork>(
    `select w.*,
            (select count(*)::int from lane l where l.partner = w.partner and l.state = 'parked') as "parkedLanes",
            (select count(*)::int from hold h where h.partner = w.partner and h.released_at is null and h.starts_at <= $1
               and (h.ends_at is null or h.ends_at > $1)) as holds
     from (
       select d.partner,
              count(*) filter (where d.status = 'queued')::int as queued,
              count(*) filter (where d.status = 'in-flight')::int as "inFlight",
              count(*) filter (where d.status = 'waiting')::int as waiting,
              count(*) filter (where d.status = 'unknown')::int as unknown,
              count(*) filter (where d.status = 'dead')::int as dead,
              min(d.created_at) filter (where d.status <> 'dead') as "oldestAt"
       from delivery d where d.status in ('queued', 'in-flight', 'waiting', 'unknown', 'dead')
       group by d.partner
     ) w
     order by w.partner`,
    [now],
  );
}

function pageOf(rows: readonly DeliveryView[], limit: number): DeliveryPage {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
