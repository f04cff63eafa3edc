import type { DossierEvent } from '#dossier';
import type { Tx } from '#platform';
import type {
  AttemptRow,
  CodeRow,
  DeliveryRow,
  DossierRecord,
  DossierRow,
  EntryRow,
  JournalRow,
  LaneRow,
  MessageRow,
  PublishedRow,
  TimerRow,
  WatchRow,
} from '../domain/dossier-record';
import { readMissingPayloads } from './read-missing-payloads';
import { groupBy } from '../domain/group-by';

/** Dossiers of a batch: everything about them is in memory at once, nothing of the others. */
const BATCH_SIZE = 500;

/** All dossiers in the order of their ids, batch by batch, each with everything that belongs to it. The caller's transaction is the
 *  snapshot. @param since only dossiers that changed at or after this */
export async function* readDossiers(tx: Tx, since: Date | null): AsyncIterable<readonly DossierRecord[]> {
  let after: string | null = null;
  for (;;) {
    const dossiers: DossierRow[] = await tx.query<DossierRow>(DOSSIERS, [after, BATCH_SIZE, since]);
    const last = dossiers.at(-1);
    if (!last) return;
    yield await readRecords(tx, dossiers);
    if (dossiers.length < BATCH_SIZE) return;
    after = last.id;
  }
}

const DOSSIERS = `
select id, procedure, module, unit, state, attention, version, routed_seq as "routedSeq", routing_blocked as "routingBlocked",
       projection, routed_projection as "routedProjection", updated_at as "updatedAt"
from dossier
where ($1::uuid is null or id > $1) and ($3::timestamptz is null or updated_at >= $3)
order by id limit $2`;

async function readRecords(tx: Tx, dossiers: readonly DossierRow[]): Promise<DossierRecord[]> {
  const ids = dossiers.map((dossier) => dossier.id);
  // One after the other: a transaction has one connection.
  const codes = await readGrouped<CodeRow>(tx, CODES, ids);
  const journal = await readJournals(tx, ids);
  const published = await readGrouped<PublishedRow>(tx, PUBLISHED, ids);
  const deliveries = await readGrouped<DeliveryRow>(tx, DELIVERIES, ids);
  const attempts = await readGrouped<AttemptRow>(tx, ATTEMPTS, ids);
  const lanes = await readGrouped<LaneRow>(tx, LANES, ids);
  const timers = await readGrouped<TimerRow>(tx, TIMERS, ids);
  const watches = await readGrouped<WatchRow>(tx, WATCHES, ids);
  const messages = await readGrouped<MessageRow>(tx, MESSAGES, ids);
  const entries = await readGrouped<EntryRow>(tx, ENTRIES, ids);
  const missingPayloads = await readMissingPayloads(tx, ids);
  return dossiers.map((dossier) => ({
    dossier,
    codes: codes(dossier.id),
    journal: journal(dossier.id),
    published: published(dossier.id),
    deliveries: deliveries(dossier.id),
    attempts: attempts(dossier.id),
    lanes: lanes(dossier.id),
    timers: timers(dossier.id),
    watch: watches(dossier.id)[0] ?? null,
    messages: messages(dossier.id),
    entries: entries(dossier.id),
    missingPayloads: missingPayloads(dossier.id),
  }));
}

type Grouped<T> = (dossierId: string) => readonly T[];

async function readGrouped<T>(tx: Tx, sql: string, ids: readonly string[]): Promise<Grouped<T>> {
  const groups = groupBy(await tx.query<T & { dossierId: string }>(sql, [ids]), (row) => row.dossierId);
  return (dossierId) => groups.get(dossierId) ?? [];
}

async function readJournals(tx: Tx, ids: readonly string[]): Promise<Grouped<JournalRow>> {
  const rows = await readGrouped<Omit<JournalRow, 'event'> & { type: string; facts: unknown }>(tx, JOURNAL, ids);
  return (dossierId) =>
    rows(dossierId).map(({ type, facts, ...row }) => ({ ...row, event: { type, data: facts } as DossierEvent }));
}

const CODES = `select dossier_id as "dossierId", system, code from dossier_code where dossier_id = any($1::uuid[])`;

const JOURNAL = `
select dossier_id as "dossierId", seq, event_id as "eventId", at, type, data as facts
from journal where dossier_id = any($1::uuid[]) order by dossier_id, seq`;

const PUBLISHED = `
select dossier_id as "dossierId", 'event-log' as where, position::float8 as place, event_id as "eventId", type, seq
from event_log where dossier_id = any($1::uuid[])
union all
select dossier_id, 'outbox', id::float8, event_id, type, seq from event_outbox where dossier_id = any($1::uuid[])
order by "dossierId", 2, place`;

const DELIVERIES = `
select dossier_id as "dossierId", id, partner, operation, caused_seq as "causedSeq", replay_number as "replayNumber", step, status, unit,
       due_at as "dueAt", attempts, created_at as "createdAt", (facts->>'status')::int as told,
       coalesce((facts->>'round')::int, 0) as round, outcome, reason_code as "reasonCode", settled_at as "settledAt",
       facts ?| '{isForgotten,wasForgotten}'::text[] as "wasForgotten"
from delivery where dossier_id = any($1::uuid[]) order by dossier_id, partner, caused_seq, replay_number, step`;

const ATTEMPTS = `
select d.dossier_id as "dossierId", a.id, a.delivery_id as "deliveryId", a.number, a.kind, a.outcome,
       case when a.kind = 'call' and a.wire <> 'not-written' and a.reason_code <> 'lease.expired' then a.started_at end as "wroteFrom"
from delivery d join attempt a on a.delivery_id = d.id
where d.dossier_id = any($1::uuid[]) order by d.dossier_id, a.started_at, a.id`;

const LANES = `
select dossier_id as "dossierId", partner, state, due_at as "dueAt", lease_owner as "leaseOwner", lease_until as "leaseUntil"
from unnest($1::uuid[]) as k(id) join lane l on l.dossier_id = k.id
  and l.partner in ('dvclt', 'hotich', 'dvcqg', 'onestop')`;

const TIMERS = `
select dossier_id as "dossierId", id, kind, caused_seq as "causedSeq", due_at as "dueAt", fired_at is null and cancelled_at is null as "isOpen"
from timer where dossier_id = any($1::uuid[])`;

const WATCHES = `
select dossier_id as "dossierId", next_poll_at as "nextPollAt", lease_until as "leaseUntil"
from registry_watch where dossier_id = any($1::uuid[])`;

const MESSAGES = `
select m.dossier_id as "dossierId", m.id, m.disposition, e.id is not null as "isDecision"
from intake_message m left join decision_event e on e.id = m.id where m.dossier_id = any($1::uuid[]) order by m.id`;

const ENTRIES = `
select e.dossier_id as "dossierId", e.kind, x.detail->>'messageId' as "messageId", x.detail->>'attemptId' as "attemptId",
       x.detail->>'deliveryId' as "deliveryId", (x.detail->>'attempt')::int as attempt
from synclog_entry e, lateral (select convert_from(e.bytes, 'UTF8')::jsonb->'detail' as detail) x
where e.dossier_id = any($1::uuid[]) order by e.dossier_id, e.id`;
