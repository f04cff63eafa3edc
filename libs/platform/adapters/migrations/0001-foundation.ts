import type { MigrationInterface, QueryRunner } from 'typeorm';
import { INTAKE } from './0001-intake-tables';

/** The tables of the flow (dossier, journal, outbox, event log, lanes, vault, intake, sync log, access).
 *  Hot tables carry few indexes, partial ones for due rows, and a lower fillfactor (STACK §4). */
export class Foundation1700000000001 implements MigrationInterface {
  name = 'Foundation1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    for (const part of [DOSSIER, BUS, SYNCLOG, VAULT, INTAKE, DELIVERY, LATER, ACCESS, GRANTS])
      await runner.query(part);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const DOSSIER = `
create table dossier (
  id uuid primary key,
  procedure text not null,
  module text not null check (module in ('KS', 'KT')),
  unit text not null,
  state text not null check (state in ('received','with-one-stop','awaiting-supplement','with-registry','registered','finished','refused','withdrawn','stopped')),
  attention boolean not null default false,
  version integer not null check (version > 0),
  routed_seq integer not null default 0 check (routed_seq <= version),
  routing_blocked text,
  projection jsonb not null,
  routed_projection jsonb,
  received_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
-- Two projections are a little over 2 kB: moving them out of line would cost an update more than it saves.
) with (fillfactor = 70, toast_tuple_target = 8160);
create index dossier_unrouted on dossier (updated_at) where routed_seq < version and routing_blocked is null;
create index dossier_attention on dossier (id) where attention;

create table dossier_code (
  system text not null check (system in ('dvclt','one-stop','registry')),
  code text not null,
  dossier_id uuid not null references dossier (id),
  primary key (system, code)
);
create index dossier_code_any on dossier_code (code);
create index dossier_code_dossier on dossier_code (dossier_id);

create table journal (
  dossier_id uuid not null references dossier (id),
  seq integer not null check (seq > 0),
  event_id uuid not null unique,
  type text not null,
  at timestamptz not null,
  actor jsonb not null,
  data jsonb not null,
  primary key (dossier_id, seq)
);

create table dossier_progress (
  dossier_id uuid primary key,
  unit text not null,
  day date not null,
  procedure text not null,
  state text not null,
  seq integer not null
) with (fillfactor = 70);
create index dossier_progress_unit_day on dossier_progress (unit, day);

create table timer (
  id uuid primary key,
  dossier_id uuid not null references dossier (id),
  kind text not null,
  caused_seq integer not null,
  due_at timestamptz not null,
  fired_at timestamptz,
  cancelled_at timestamptz,
  data jsonb not null default '{}',
  unique (dossier_id, kind, caused_seq)
);
create index timer_due on timer (due_at) where fired_at is null and cancelled_at is null;
`;

const BUS = `
create table event_outbox (
  id bigint generated always as identity (cache 1) primary key,
  event_id uuid not null,
  type text not null,
  at timestamptz not null,
  dossier_id uuid,
  seq integer,
  unit text,
  codes jsonb not null default '{}',
  data jsonb not null,
  traceparent text
);
create table event_log (
  position bigint primary key,
  event_id uuid not null,
  type text not null,
  at timestamptz not null,
  dossier_id uuid,
  seq integer,
  unit text,
  codes jsonb not null,
  data jsonb not null,
  traceparent text
);
create index event_log_dossier on event_log (dossier_id, seq);
create table sequencer (
  id integer primary key check (id = 1),
  next_position bigint not null,
  next_leaf bigint not null
) with (fillfactor = 10);
insert into sequencer values (1, 1, 0);
create table bus_cursor (
  consumer text not null,
  partition integer not null,
  position bigint not null,
  lease_owner text,
  lease_until timestamptz,
  primary key (consumer, partition)
) with (fillfactor = 50);
create table bus_member (
  consumer text not null,
  member text not null,
  seen_until timestamptz not null,
  primary key (consumer, member)
) with (fillfactor = 50);
create table bus_rejected (
  id uuid primary key,
  consumer text not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  record_key bytea,
  record_headers jsonb not null,
  record_value bytea,
  reason text not null,
  at timestamptz not null,
  unique (consumer, topic, partition, record_offset)
);
`;

const SYNCLOG = `
create table synclog_entry (
  id uuid primary key,
  at timestamptz not null,
  kind text not null,
  dossier_id uuid,
  bytes bytea not null check (octet_length(bytes) <= 16384)
);
create index synclog_entry_dossier on synclog_entry (dossier_id, id);
create table synclog_outbox (
  id bigint generated always as identity (cache 1) primary key,
  entry_id uuid not null
);
create table synclog_leaf (
  leaf_index bigint primary key,
  entry_id uuid not null unique
);
`;

const VAULT = `
create table vault_key (
  id uuid primary key,
  owner_kind text not null check (owner_kind in ('dossier','message')),
  owner_id uuid not null,
  master_key_id text not null,
  wrapped bytea,
  created_at timestamptz not null,
  erased_at timestamptz,
  unique (owner_kind, owner_id)
);
create table vault_object (
  id uuid primary key,
  key_id uuid not null references vault_key (id),
  kind text not null,
  content_type text not null,
  wrapped_key bytea not null,
  nonce bytea not null,
  ciphertext bytea not null,
  size_bytes integer not null,
  chunk_count integer not null default 0 check (chunk_count >= 0),
  salt bytea not null,
  digest bytea not null,
  created_at timestamptz not null
);
alter table vault_object alter column ciphertext set storage external;
create index vault_object_key on vault_object (key_id);
create table vault_chunk (
  object_id uuid not null,
  number integer not null check (number >= 0),
  ciphertext bytea not null,
  primary key (object_id, number)
);
alter table vault_chunk alter column ciphertext set storage external;
create table vault_draft (
  id uuid primary key,
  begun_at timestamptz not null
) with (fillfactor = 70);
create index vault_draft_begun on vault_draft (begun_at);
`;

const DELIVERY = `
create table lane (
  partner text not null,
  dossier_id uuid not null references dossier (id),
  state text not null default 'open' check (state in ('open','parked')),
  due_at timestamptz,
  lease_owner text,
  lease_until timestamptz,
  fence bigint not null default 0,
  last_settled_at timestamptz,
  primary key (partner, dossier_id)
) with (fillfactor = 70);
create index lane_due on lane (partner, due_at) where state = 'open' and due_at is not null;
create index lane_leased on lane (lease_until) where lease_owner is not null;

create table delivery (
  id uuid primary key,
  partner text not null,
  dossier_id uuid not null references dossier (id),
  operation text not null,
  unit text not null,
  procedure text not null,
  caused_seq integer not null,
  replay_number integer not null default 0,
  step integer not null default 0,
  status text not null check (status in ('queued','in-flight','waiting','unknown','settled','dead','cancelled')),
  due_at timestamptz check (due_at is not null or status not in ('queued','waiting')),
  attempts integer not null default 0,
  was_unknown boolean not null default false,
  first_attempt_at timestamptz,
  last_attempt_at timestamptz,
  facts jsonb not null,
  content_ref uuid,
  content_digest bytea,
  outcome text check (outcome in ('accepted','already-applied','refused','retry','unknown')),
  reason_code text,
  rule_id text,
  rule_version integer,
  fields jsonb,
  text_digest bytea,
  created_at timestamptz not null,
  settled_at timestamptz,
  unique (partner, dossier_id, caused_seq, replay_number, step)
) with (fillfactor = 70);
create index delivery_lane on delivery (partner, dossier_id, caused_seq, replay_number, step)
  where status in ('queued','in-flight','waiting','unknown','dead');
create index delivery_dead on delivery (id) where status in ('dead','unknown');
create index delivery_dossier on delivery (dossier_id);
create index delivery_text on delivery (text_digest) where status = 'unknown' and text_digest is not null;

create table attempt (
  id uuid primary key,
  delivery_id uuid not null,
  number integer not null,
  kind text not null check (kind in ('call','probe')),
  worker text not null,
  fence bigint not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  outcome text not null,
  wire text not null check (wire in ('not-written','written','answered')),
  http_status integer,
  reason_code text not null,
  rule_id text,
  rule_version integer,
  answer_ref uuid,
  answer_digest bytea,
  text_ref uuid,
  fields jsonb,
  late boolean not null default false
);
create index attempt_delivery on attempt (delivery_id, started_at);

create table worker (
  id text primary key,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null,
  roles text[] not null
) with (fillfactor = 50);

create table partner_state (
  partner text primary key,
  breaker text not null default 'closed' check (breaker in ('closed','open','half-open')),
  breaker_until timestamptz,
  failures integer not null default 0,
  tokens double precision not null default 0,
  tokens_at timestamptz not null default now(),
  day_used integer not null default 0,
  day date not null default current_date
) with (fillfactor = 50);
create table hold (
  id uuid primary key,
  partner text not null,
  operation text,
  unit text,
  dossier_id uuid,
  starts_at timestamptz not null,
  ends_at timestamptz,
  reason text not null,
  placed_by text not null,
  released_at timestamptz,
  released_by text,
  release_per_second integer
);
create index hold_active on hold (partner) where released_at is null;
create table reply_rule_version (
  partner text not null,
  version integer not null,
  rules jsonb not null,
  made_by text not null,
  at timestamptz not null,
  primary key (partner, version)
);
`;

const LATER = `
create table discrepancy (
  id uuid primary key,
  dossier_id uuid references dossier (id),
  partner text not null,
  class text not null,
  detail jsonb not null,
  found_at timestamptz not null,
  state text not null default 'open' check (state in ('open','healed','accepted'))
);
create index discrepancy_open on discrepancy (partner, id) where state = 'open';
create table replay_plan (
  id uuid primary key,
  selection jsonb not null,
  selection_hash bytea not null,
  edits jsonb,
  dry_run_hash bytea,
  state text not null check (state in ('draft','dry-run','approved','running','paused','done','cancelled','stopped')),
  requested_by text not null,
  approved_by text,
  reason text not null,
  created_at timestamptz not null,
  approval_expires_at timestamptz
);
create table replay_item (
  plan_id uuid not null references replay_plan (id),
  number integer not null,
  delivery_id uuid not null,
  state text not null check (state in ('pending','replayed','skipped','failed')),
  verdict jsonb,
  primary key (plan_id, number)
);
`;

const ACCESS = `
create table client (
  id text primary key,
  kind text not null check (kind in ('machine','person')),
  roles text[] not null,
  units text[],
  addresses text[],
  operations text[],
  secret_hash text not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);
create table file_token (
  token_hash bytea primary key,
  seed bytea not null,
  ref uuid not null references vault_object (id),
  partner text not null,
  extension text not null,
  content_type text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  uses integer not null default 0
);
create unique index file_token_live on file_token (ref, partner) where revoked_at is null;
`;

/** The application's role: everything the flow needs, and no UPDATE or DELETE on the sync log (DESIGN §10).
 *  Only the outbox of the sync log may be emptied, by the sequencer. */
const GRANTS = `
do $$ begin
  if not exists (select from pg_roles where rolname = 'lienthong_app') then
    create role lienthong_app nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$;
grant usage on schema public to lienthong_app;
grant select, insert, update, delete on all tables in schema public to lienthong_app;
revoke update, delete, truncate on synclog_entry, synclog_leaf, journal, receipt from lienthong_app;
revoke update on synclog_outbox from lienthong_app;
grant usage, select on all sequences in schema public to lienthong_app;
`;
