import type { ViolationCode } from '#verification';
import type { HealthyState } from './healthy-state';
import type { LedgerLine } from './witness-partner';

/** One violation put into a healthy state by hand. */
export interface Plant {
  code: ViolationCode;
  /** What is done, where the code alone does not say it. */
  how?: string;
  /** The dossier at fault. @default a finished one that no other plant touches */
  on?: (state: HealthyState) => string;
  /** Statements with `$id` for the dossier's id. The last may return a `subject`, by which a violation without a dossier is known. */
  sql?: string;
  /** Changes of the ledger; `codes` are those of the dossier. */
  ledger?: (lines: LedgerLine[], codes: { dvclt: string; oneStop: string }) => void;
  /** It belongs to no dossier. */
  isGlobal?: boolean;
  /** It is one only while the system runs. */
  isWhileRunning?: boolean;
}

const PAST = `now() - interval '1 hour'`;
const DELIVERY_COLUMNS = `partner, dossier_id, operation, unit, procedure, caused_seq, facts, status, due_at, attempts, outcome, created_at, settled_at`;
/** One delivery of the dossier: the last of a lane, or the one with a number. */
const last = (partner: string): string =>
  `(select id from delivery where dossier_id = $id and partner = '${partner}' order by caused_seq desc, step desc limit 1)`;
const push = (status: number): string =>
  `(select id from delivery where dossier_id = $id and operation = 'push-status' and (facts->>'status')::int = ${status})`;
const event = (type: string): string => `dossier_id = $id and type = '${type}'`;
const line = (lines: LedgerLine[], system: string, kind: string, code: string): LedgerLine => {
  const found = lines.find((one) => one.system === system && one.kind === kind && one.code === code);
  if (!found) throw new Error(`the ledger has no ${system} ${kind} of ${code}`);
  return found;
};

const LOST: readonly Plant[] = [
  {
    code: 'lost.message-without-dossier',
    sql: `update intake_message set dossier_id = gen_random_uuid() where dossier_id = $id returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'lost.message-without-event',
    sql: `insert into intake_message (id, source, external_code, content_digest, dossier_id, stages, disposition, at)
          select gen_random_uuid(), source, external_code, content_digest, dossier_id, stages, 'duplicate', at from intake_message where dossier_id = $id`,
  },
  {
    code: 'lost.message-without-event',
    how: 'of a polled decision',
    on: (state) => state.disallowed,
    sql: `update journal set data = data - 'messageId' where ${event('conflict.recorded')}`,
  },
  {
    code: 'lost.quarantined-message',
    on: (state) => state.supplemented,
    sql: `insert into intake_message (id, source, external_code, content_digest, stages, disposition, at)
          values (gen_random_uuid(), 'dvclt', 'G22.99.08-260302-999999', '\\x00', '[]', 'quarantined', now()) returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'lost.quarantine-resolved-without-dossier',
    on: (state) => state.resolved,
    sql: `update quarantine set codes = '{"dvclt":"G22.99.08-260302-999998"}' where state = 'resolved' returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'lost.payload-missing',
    sql: `delete from vault_object where id = (select (data->>'contentRef')::uuid from journal where ${event('dossier.received')})`,
  },
  { code: 'lost.code-missing', sql: `delete from dossier_code where dossier_id = $id and system = 'one-stop'` },
  {
    code: 'lost.event-not-published',
    sql: `update event_log set dossier_id = null, seq = null, event_id = gen_random_uuid() where dossier_id = $id and seq = 3`,
  },
  { code: 'lost.event-not-routed', sql: `update dossier set routed_seq = version - 1 where id = $id` },
  {
    code: 'lost.delivery-missing',
    sql: `delete from attempt where delivery_id = ${last('dvcqg')}; delete from delivery where id = ${last('dvcqg')}`,
  },
  { code: 'lost.timer-missing', on: (state) => state.supplemented, sql: `delete from timer where dossier_id = $id` },
  {
    code: 'lost.settled-without-evidence',
    sql: `update attempt set outcome = 'unknown' where delivery_id = ${last('hotich')}`,
  },
  {
    code: 'lost.settled-without-event',
    sql: `update journal set type = 'listing.repeated' where ${event('receipt.acknowledged')}`,
  },
  {
    code: 'lost.settled-without-event',
    how: 'of a hand-over',
    sql: `update journal set type = 'portal-dossier.found' where ${event('registration.submitted')}`,
  },
  {
    code: 'lost.settled-without-event',
    how: 'of a hand-over, and a reconciliation has found something since',
    sql: `update journal set type = 'discrepancy.found', data = '{"partner":"hotich","class":"reconciliation.missing-there"}' where ${event('registration.submitted')}`,
  },
  {
    code: 'lost.entry-not-sequenced',
    sql: `insert into synclog_entry (id, at, kind, dossier_id, bytes)
          select overlay(id::text placing '0000' from 20)::uuid, at, kind, dossier_id, bytes from synclog_entry where dossier_id = $id limit 1`,
  },
  {
    code: 'lost.effect-missing',
    ledger: (lines, { oneStop }) => void lines.splice(lines.indexOf(line(lines, 'hotich', 'received', oneStop)), 1),
  },
  {
    code: 'lost.effect-missing',
    how: 'of one of several rows',
    ledger: (lines, { oneStop }) => void (line(lines, 'dvcqg', 'progress', oneStop).count -= 1),
  },
  {
    code: 'lost.effect-missing',
    how: 'of a status',
    ledger: (lines, { dvclt }) => void line(lines, 'dvclt', 'status', dvclt).order.pop(),
  },
  {
    code: 'lost.effect-missing',
    how: 'of a registration',
    ledger: (lines, { oneStop }) => void lines.splice(lines.indexOf(line(lines, 'hotich', 'registration', oneStop)), 1),
  },
  {
    code: 'lost.effect-unknown-to-us',
    ledger: (lines, { dvclt }) => void line(lines, 'dvclt', 'status', dvclt).order.push(6),
  },
  {
    code: 'lost.effect-unknown-to-us',
    how: 'of a code that nobody has',
    on: (state) => state.withdrawn,
    ledger: (lines) =>
      void lines.push({
        system: 'dvclt',
        kind: 'status',
        code: 'G22.none',
        count: 1,
        at: ['2026-03-02T00:00:00Z'],
        order: [1],
      }),
    isGlobal: true,
  },
  {
    code: 'lost.decision',
    ledger: (lines, { oneStop }) => void line(lines, 'onestop', 'decision', oneStop).order.push('stop'),
  },
];

const DOUBLED: readonly Plant[] = [
  {
    code: 'doubled.registration',
    sql: `update journal set type = 'registration.completed', data = (select data from journal where ${event('registration.completed')}) where ${event('result.handed-over')}`,
  },
  {
    code: 'doubled.event',
    sql: `update journal set type = 'one-stop-code.assigned', data = (select data from journal where ${event('one-stop-code.assigned')}) where ${event('receipt.acknowledged')}`,
  },
  {
    code: 'doubled.event-published',
    sql: `update event_log l set event_id = o.event_id, seq = o.seq, type = o.type from event_log o
          where o.dossier_id = $id and o.seq = 2 and l.dossier_id = $id and l.seq = 3`,
  },
  {
    code: 'doubled.event-published',
    how: 'without a dossier',
    on: (state) => state.quarantined,
    sql: `update event_log set event_id = (select min(event_id::text)::uuid from event_log where type like '%quarantined%')
          where type like '%quarantined%' returning event_id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'doubled.delivery',
    sql: `insert into delivery (id, replay_number, step, ${DELIVERY_COLUMNS}) select gen_random_uuid(), 1, step, ${DELIVERY_COLUMNS} from delivery where id = ${push(7)}`,
  },
  {
    code: 'doubled.entry-sequenced',
    sql: `insert into synclog_outbox (entry_id) select id from synclog_entry where dossier_id = $id limit 1 returning entry_id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'doubled.effect',
    ledger: (lines, { oneStop }) => void (line(lines, 'hotich', 'registration', oneStop).count = 2),
  },
  {
    code: 'doubled.effect',
    how: 'of a registration under another code',
    ledger: (lines, { dvclt }) =>
      void lines.push({ system: 'hotich', kind: 'duplicate-registration', code: dvclt, count: 1, at: [], order: [] }),
  },
  {
    code: 'doubled.effect',
    how: 'of a status',
    ledger: (lines, { dvclt }) => void line(lines, 'dvclt', 'status', dvclt).order.push(5),
  },
  {
    code: 'doubled.effect',
    how: 'of a hand-over',
    ledger: (lines, { oneStop }) => void (line(lines, 'onestop', 'dossier', oneStop).count = 2),
  },
  {
    code: 'doubled.effect',
    how: 'of an acknowledgement that nobody called for',
    ledger: (lines, { dvclt }) => void (line(lines, 'dvclt', 'acknowledged', dvclt).count += 1),
  },
  {
    code: 'doubled.effect',
    how: 'of a progress row',
    ledger: (lines, { oneStop }) => void (line(lines, 'dvcqg', 'progress', oneStop).count += 1),
  },
];

const OUT_OF_ORDER: readonly Plant[] = [
  { code: 'out-of-order.journal-gap', sql: `delete from journal where dossier_id = $id and seq = 4` },
  {
    code: 'out-of-order.journal-gap',
    how: 'at its end',
    sql: `update dossier set version = version + 1 where id = $id`,
  },
  {
    code: 'out-of-order.event-log-gap',
    sql: `delete from event_log where dossier_id = $id and seq = 2 returning (position + 1)::text as subject`,
    isGlobal: true,
  },
  {
    code: 'out-of-order.leaf-gap',
    sql: `delete from synclog_leaf where leaf_index = (
            select min(l.leaf_index) from synclog_leaf l join synclog_entry e on e.id = l.entry_id where e.dossier_id = $id)
          returning (leaf_index + 1)::text as subject`,
    isGlobal: true,
  },
  {
    code: 'out-of-order.events-of-dossier',
    sql: `with pair as (select max(position) as high, min(position) as low from event_log where dossier_id = $id and seq in (5, 6))
          update event_log l set position = -l.position from pair where l.position in (pair.high, pair.low);
          with pair as (select -max(position) as low, -min(position) as high from event_log where position < 0)
          update event_log l set position = case when -l.position = pair.high then pair.low else pair.high end from pair where l.position < 0`,
  },
  {
    code: 'out-of-order.step-not-allowed',
    sql: `update journal set type = 'dossier.accepted' where ${event('result.handed-over')}`,
  },
  {
    code: 'out-of-order.dvclt-status',
    sql: `update delivery set facts = facts || jsonb_build_object('status', 10 - (facts->>'status')::int)
          where id in (${push(3)}, ${push(7)})`,
  },
  {
    code: 'out-of-order.dvclt-status',
    how: 'in the ledger',
    ledger: (lines, { dvclt }) => void line(lines, 'dvclt', 'status', dvclt).order.reverse(),
  },
  {
    code: 'out-of-order.lane-settlement',
    sql: `update delivery set settled_at = settled_at + interval '1 hour' where id = ${push(1)}`,
  },
  {
    code: 'out-of-order.lane-settlement',
    how: 'past one that still stands',
    sql: `update delivery set status = 'unknown', settled_at = null where id = ${push(3)}`,
  },
  {
    code: 'out-of-order.lane-overtaken',
    sql: `update attempt set started_at = started_at - interval '1 day' where delivery_id = ${push(5)}`,
  },
  {
    code: 'out-of-order.two-in-flight',
    sql: `update delivery set status = 'in-flight', settled_at = null where id in (${push(4)}, ${push(5)})`,
  },
];

const STUCK_DELIVERY = (status: string, more = ''): string =>
  `update delivery set status = '${status}', settled_at = null, due_at = ${status === 'dead' ? 'null' : PAST} ${more} where id = ${last('onestop')}`;

const STUCK: readonly Plant[] = [
  {
    code: 'stuck.event-not-sequenced',
    sql: `insert into event_outbox (event_id, type, at, data) values (gen_random_uuid(), 'vn.lienthong.item.quarantined.v1', ${PAST}, '{}')
          returning event_id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'stuck.entry-not-sequenced',
    sql: `with made as (insert into synclog_entry (id, at, kind, bytes) values (gen_random_uuid(), ${PAST}, 'log-in.failed', '{}') returning id)
          insert into synclog_outbox (entry_id) select id from made returning entry_id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'stuck.entry-not-sealed',
    sql: `update synclog_head set size = size - 1, partials[1] = substring(partials[1] for octet_length(partials[1]) - 32) returning size::text as subject`,
    isGlobal: true,
  },
  {
    code: 'stuck.event-not-relayed',
    sql: `insert into bus_cursor (consumer, partition, position, lease_owner) values ('relay', 0, 0, 'relay') returning '1' as subject`,
    isGlobal: true,
  },
  {
    code: 'stuck.routing-blocked-unseen',
    sql: `update dossier set routing_blocked = 'journal-gap' where id = $id`,
  },
  {
    code: 'stuck.lane-overdue',
    sql: `${STUCK_DELIVERY('waiting')}; update lane set due_at = ${PAST} where dossier_id = $id and partner = 'onestop'`,
  },
  { code: 'stuck.lane-asleep', sql: STUCK_DELIVERY('waiting') },
  {
    code: 'stuck.lane-asleep',
    how: 'and should be',
    sql: `update lane set due_at = now() where dossier_id = $id and partner = 'hotich'`,
  },
  {
    code: 'stuck.lease-not-freed',
    sql: `update lane set lease_owner = 'gone', lease_until = ${PAST} where dossier_id = $id and partner = 'hotich'`,
  },
  { code: 'stuck.in-flight-without-lease', sql: STUCK_DELIVERY('in-flight') },
  {
    code: 'stuck.unknown-unseen',
    sql: `${STUCK_DELIVERY('unknown')}; update delivery set due_at = null where id = ${last('onestop')}`,
  },
  { code: 'stuck.dead-unseen', sql: STUCK_DELIVERY('dead') },
  {
    code: 'stuck.registry-not-watched',
    on: (state) => state.registering[0],
    sql: `delete from registry_watch where dossier_id = $id`,
  },
  {
    code: 'stuck.poll-overdue',
    on: (state) => state.registering[1],
    sql: `update registry_watch set next_poll_at = ${PAST} where dossier_id = $id`,
    isWhileRunning: true,
  },
  {
    code: 'stuck.decision-waiting',
    sql: `insert into decision_event (position, id, row_digest, content_digest, raw_ref, codes, state, seen_at, next_try_at)
          values (999, gen_random_uuid(), '\\x00', '\\x00', gen_random_uuid(), '{"oneStop": "H99.none"}', 'waiting', ${PAST}, ${PAST}) returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'stuck.timer-due',
    sql: `insert into timer (id, dossier_id, kind, caused_seq, due_at) values (gen_random_uuid(), $id, 'supplement-deadline', 1, ${PAST})`,
  },
  { code: 'stuck.still-in-motion', sql: STUCK_DELIVERY('queued') },
];

const UNEXPLAINED: readonly Plant[] = [
  { code: 'unexplained.dossier-without-journal', sql: `delete from journal where dossier_id = $id` },
  {
    code: 'unexplained.projection',
    sql: `update dossier set projection = projection || '{"round": 7}' where id = $id`,
  },
  {
    code: 'unexplained.routed-projection',
    sql: `update dossier set routed_projection = routed_projection || '{"round": 7}' where id = $id`,
  },
  { code: 'unexplained.columns', sql: `update dossier set unit = '99012' where id = $id` },
  { code: 'unexplained.attention', sql: `update dossier set attention = true where id = $id` },
  {
    code: 'unexplained.attention',
    how: 'that does not call',
    on: (state) => state.changed,
    sql: `update dossier set attention = false where id = $id`,
  },
  {
    code: 'unexplained.code',
    sql: `insert into dossier_code (system, code, dossier_id) values ('registry', 'R/none', $id)`,
  },
  {
    code: 'unexplained.entry-not-as-sealed',
    sql: `with changed as (
            update synclog_entry set bytes = bytes || ' ' where id = (select id from synclog_entry where dossier_id = $id order by id desc limit 1) returning id)
          select l.leaf_index::text as subject from synclog_leaf l join changed on changed.id = l.entry_id`,
  },
  {
    code: 'unexplained.entry-not-as-sealed',
    how: 'since it is gone',
    sql: `with gone as (
            delete from synclog_entry where id = (select id from synclog_entry where dossier_id = $id order by id desc limit 1) returning id)
          select l.leaf_index::text as subject from synclog_leaf l join gone on gone.id = l.entry_id`,
    isGlobal: true,
  },
  {
    code: 'unexplained.entry-outside-months',
    sql: `insert into synclog_entry (id, at, kind, dossier_id, bytes)
          select overlay(id::text placing 'ffff' from 1)::uuid, at, kind, dossier_id, bytes from synclog_entry where dossier_id = $id limit 1
          returning id::text as subject`,
  },
  { code: 'unexplained.event-without-fact', sql: `update event_log set seq = 999 where dossier_id = $id and seq = 5` },
  {
    code: 'unexplained.event-without-fact',
    how: 'of a dossier that does not exist',
    sql: `update event_log set dossier_id = gen_random_uuid() where dossier_id = $id and seq = 5 returning event_id::text as subject`,
    isGlobal: true,
  },
  { code: 'unexplained.event-without-message', sql: `delete from intake_message where dossier_id = $id` },
  {
    code: 'unexplained.delivery-without-fact',
    sql: `insert into delivery (id, replay_number, step, ${DELIVERY_COLUMNS}) select gen_random_uuid(), 0, 9, ${DELIVERY_COLUMNS} from delivery where id = ${push(1)}`,
  },
  {
    code: 'unexplained.delivery-without-fact',
    how: 'that says something else',
    sql: `update delivery set facts = facts || '{"status": 3}' where id = ${last('dvcqg')}`,
  },
  {
    code: 'unexplained.confirmation-without-delivery',
    sql: `update journal set type = 'partner-status.confirmed', data = '{"partner":"dvclt","status":1,"outcome":"accepted"}' where ${event('receipt.acknowledged')}`,
  },
  {
    code: 'unexplained.settled-without-outcome',
    sql: `update delivery set outcome = null where id = ${last('hotich')}`,
  },
  {
    code: 'unexplained.dead-without-reason',
    on: (state) => state.dead,
    sql: `update delivery set reason_code = null where dossier_id = $id and status = 'dead'`,
  },
  { code: 'unexplained.attempt-missing', sql: `update delivery set attempts = 2 where id = ${last('hotich')}` },
  { code: 'unexplained.attempt-not-counted', sql: `update delivery set attempts = 0 where id = ${last('hotich')}` },
  {
    code: 'unexplained.attempt-without-delivery',
    sql: `update attempt set delivery_id = gen_random_uuid() where delivery_id = ${last('hotich')} returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'unexplained.attempt-not-logged',
    sql: `update attempt set id = gen_random_uuid() where delivery_id = ${last('hotich')}`,
  },
  {
    code: 'unexplained.message-not-logged',
    sql: `update intake_message set id = gen_random_uuid() where dossier_id = $id`,
  },
  {
    code: 'unexplained.message-not-logged',
    how: 'of quarantine',
    on: (state) => state.quarantined,
    sql: `update intake_message set id = gen_random_uuid() where disposition = 'quarantined' and external_code = $code returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'unexplained.given-up-without-approval',
    sql: `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, responsible, first_seen, last_seen, seen, state)
          values (gen_random_uuid(), 'dvclt', 'row:by-one-hand', '{}', 'list', 'row-unreadable', 'planted', 'dvclt', ${PAST}, ${PAST}, 1, 'given-up')
          returning id::text as subject`,
    isGlobal: true,
  },
  {
    code: 'unexplained.decision-not-logged',
    sql: `update synclog_entry set kind = 'decision.refused' where dossier_id = $id and kind = 'decision.received'`,
  },
  {
    code: 'unexplained.registry-result-not-logged',
    sql: `update synclog_entry set kind = 'decision.refused' where dossier_id = $id and kind = 'registry-result.received'`,
  },
  {
    code: 'unexplained.receipt-without-entry',
    sql: `update receipt set body = body || '{"leafHash": "none"}' where dossier_id = $id`,
  },
];

export const PLANTS: readonly Plant[] = [...LOST, ...DOUBLED, ...OUT_OF_ORDER, ...STUCK, ...UNEXPLAINED];
