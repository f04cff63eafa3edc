import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts of people, their sessions, and changes of access that a second administrator confirms. */
export class Accounts1700000000010 implements MigrationInterface {
  name = 'Accounts1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(ACCOUNTS);
    await runner.query(SESSIONS);
    await runner.query(CHANGES);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** What a person's client has beside it. The user name is personal data and stays in this table; everything else knows the client's id. */
const ACCOUNTS = `
alter table client add column suspended_until timestamptz;
create table account (
  client_id text primary key references client (id),
  username text not null unique,
  password_hash text,
  password_set_at timestamptz,
  must_change_password boolean not null default false,
  totp_sealed bytea,
  totp_draft_sealed bytea,
  totp_used_step bigint,
  must_enrol_totp boolean not null default false,
  failed_log_ins integer not null default 0,
  locked_until timestamptz,
  active_at timestamptz not null,
  reviewed_at timestamptz not null,
  reviewed_by text not null,
  oidc_issuer text,
  oidc_subject text,
  check ((oidc_issuer is null) = (oidc_subject is null)),
  unique (oidc_issuer, oidc_subject)
) with (fillfactor = 70);
create index account_idle on account (active_at);
grant select, insert, update on account to lienthong_app;
`;

/** Of a session only the digest of its token is kept. It remembers what it was given for: it is over when the account is not that any more,
 *  whoever changed it. */
const SESSIONS = `
create table person_session (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  client_id text not null references client (id),
  how text not null check (how in ('password','oidc')),
  roles text[] not null,
  units text[],
  password_set_at timestamptz,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
) with (fillfactor = 70);
create index person_session_client on person_session (client_id);
create index person_session_end on person_session (expires_at);
create table oidc_log_in (
  ticket_hash bytea primary key check (octet_length(ticket_hash) = 32),
  state text not null,
  nonce text not null,
  code_verifier text not null,
  expires_at timestamptz not null
);
create index oidc_log_in_end on oidc_log_in (expires_at);
grant select, insert, update, delete on person_session to lienthong_app;
grant select, insert, delete on oidc_log_in to lienthong_app;
`;

/** The second administrator is the database's rule too, and what was proposed stays as it was proposed. */
const CHANGES = `
create table access_change (
  id uuid primary key,
  kind text not null check (kind in ('create-client','create-account','set-access','disable','enable','reset-password','reset-totp','link-oidc')),
  client_id text not null,
  content jsonb not null,
  secret_hash text,
  reason text not null,
  proposed_by text not null,
  proposed_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null default 'open' check (state in ('open','confirmed','declined','expired')),
  decided_by text,
  decided_at timestamptz,
  check (state <> 'confirmed' or (decided_by is not null and decided_by <> proposed_by))
);
create unique index access_change_open on access_change (client_id) where state = 'open';
create index access_change_due on access_change (expires_at) where state = 'open';
grant select, insert on access_change to lienthong_app;
grant update (state, decided_by, decided_at) on access_change to lienthong_app;
`;
