/** What came in: messages, polls and what they remember, quarantine, answers that are given twice. Part of the foundation. */
export const INTAKE = `
create table intake_message (
  id uuid primary key,
  source text not null,
  external_code text,
  listing_digest bytea,
  content_digest bytea not null,
  dossier_id uuid,
  raw_ref uuid,
  stages jsonb not null,
  disposition text not null check (disposition in ('accepted','supplement','duplicate','conflict','quarantined')),
  at timestamptz not null
);
create index intake_message_code on intake_message (source, external_code);
create index intake_message_dossier on intake_message (dossier_id);
create table quarantine (
  id uuid primary key,
  source text not null,
  item_key text not null,
  codes jsonb not null,
  stage text not null,
  reason_code text not null,
  reason text not null,
  field text,
  responsible text not null,
  listing_digest bytea,
  message_id uuid references intake_message (id),
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  seen integer not null,
  state text not null check (state in ('open','rerun','resolved','given-up'))
);
create unique index quarantine_open on quarantine (source, item_key) where state in ('open','rerun');
create index quarantine_rerun on quarantine (id) where state = 'rerun';
create table poller (
  name text primary key,
  lease_owner text,
  lease_until timestamptz,
  fence bigint not null default 0,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_error text,
  memory jsonb not null default '{}'
);
create table listing_watch (
  source text not null,
  code text not null,
  listing_digest bytea not null,
  fetches integer not null,
  refused integer not null,
  next_fetch_at timestamptz not null,
  primary key (source, code)
) with (fillfactor = 70);
create table decision_event (
  position bigint primary key,
  id uuid not null unique,
  row_digest bytea not null,
  content_digest bytea not null,
  raw_ref uuid not null,
  codes jsonb not null,
  state text not null check (state in ('waiting','applied','conflict','quarantined')),
  seen_at timestamptz not null,
  next_try_at timestamptz not null,
  tries integer not null default 0,
  failed_since timestamptz
) with (fillfactor = 70);
create index decision_event_waiting on decision_event (position) where state = 'waiting';
create table poll_evidence (
  partner text not null,
  digest bytea not null,
  ref uuid not null,
  reason text not null,
  at timestamptz not null,
  primary key (partner, digest)
);
create index poll_evidence_reason on poll_evidence (partner, reason, at);
create table registry_watch (
  dossier_id uuid primary key references dossier (id),
  module text not null,
  code text not null,
  next_poll_at timestamptz,
  polls integer not null default 0,
  watch_since timestamptz not null,
  lease_owner text,
  lease_until timestamptz,
  absent_since timestamptz,
  absence_told boolean not null default false,
  row_changed_at timestamptz
) with (fillfactor = 70);
create index registry_watch_due on registry_watch (next_poll_at) where next_poll_at is not null;
create table idempotency (
  client_id text not null,
  key text not null,
  request_digest bytea not null,
  status integer not null,
  response jsonb not null,
  at timestamptz not null,
  primary key (client_id, key)
);
create table receipt (
  id uuid primary key,
  at timestamptz not null,
  client_id text not null,
  operation text not null,
  dossier_id uuid,
  body jsonb not null
);
`;
