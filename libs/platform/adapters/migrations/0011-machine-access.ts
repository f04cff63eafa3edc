import type { MigrationInterface, QueryRunner } from 'typeorm';

/** scrypt with a salt and a hash of zeros. */
const NO_SECRET = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** How machines come in: secrets that rotate, client certificates, quotas; and how events go out as signed webhooks. */
export class MachineAccess1700000000011 implements MigrationInterface {
  name = 'MachineAccess1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(CLIENT_SECRETS);
    await runner.query(CLIENT_CERTIFICATES);
    await runner.query(CLIENT_QUOTAS);
    await runner.query(WEBHOOKS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** A row whose `expires_at` has passed counts as ended. `client.secret_hash` is read and written by gateways of the version before only, while they are
 *  replaced: they cannot read a null, so that where there is no secret stands a hash that none has; what they write is taken over by the trigger. */
const CLIENT_SECRETS = `
create table client_secret (
  id uuid primary key default gen_random_uuid(),
  client_id text not null references client (id),
  secret_hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  ended_at timestamptz,
  last_used_on date
);
create index client_secret_client on client_secret (client_id, created_at);
insert into client_secret (client_id, secret_hash, created_at) select id, secret_hash, created_at from client;
alter table client alter column secret_hash set default '${NO_SECRET}';
create function take_over_client_secret() returns trigger language plpgsql
  set search_path = pg_catalog, public, pg_temp as $body$
begin
  if new.secret_hash = '${NO_SECRET}' or exists (
    select 1 from client_secret where client_id = new.id and secret_hash = new.secret_hash
  ) then
    return null;
  end if;
  update client_secret set ended_at = now() where client_id = new.id and ended_at is null;
  insert into client_secret (client_id, secret_hash, created_at) values (new.id, new.secret_hash, now());
  return null;
end
$body$;
create trigger client_secret_taken_over after insert or update of secret_hash on client
  for each row execute function take_over_client_secret();
grant select, insert, update on client_secret to lienthong_app;
`;

/** A certificate is named by its SHA-256 or by its subject. The unique indexes are the guard against two clients with one certificate. */
const CLIENT_CERTIFICATES = `
create table client_certificate (
  id uuid primary key,
  client_id text not null references client (id),
  sha256 bytea check (octet_length(sha256) = 32),
  subject text check (subject <> ''),
  expires_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  last_used_on date,
  check (num_nonnulls(sha256, subject) = 1)
);
create index client_certificate_client on client_certificate (client_id, created_at);
create unique index client_certificate_sha256 on client_certificate (sha256) where ended_at is null;
create unique index client_certificate_subject on client_certificate (subject) where ended_at is null;
grant select, insert, update on client_certificate to lienthong_app;
`;

/** Gateways take requests out of a client's row in portions; `minute` and `day` say which ones the counts are of. */
const CLIENT_QUOTAS = `
alter table client add column requests_per_minute integer check (requests_per_minute > 0);
alter table client add column requests_per_day integer check (requests_per_day > 0);
create table client_usage (
  client_id text primary key references client (id),
  minute timestamptz not null,
  minute_used integer not null,
  day date not null,
  day_used integer not null
) with (fillfactor = 50);
grant select, insert, update on client_usage to lienthong_app;
`;

/** A row for each webhook of the configuration: its cursor in the event log, and which worker posts. */
const WEBHOOKS = `
create table webhook (
  id text primary key,
  position bigint not null,
  state text not null check (state in ('running', 'stopped')),
  reason_code text,
  failures integer not null default 0,
  failure_code text,
  failing_since timestamptz,
  post_after timestamptz not null,
  last_success_at timestamptz,
  key_id text,
  lease_owner text,
  lease_until timestamptz,
  check ((state = 'stopped') = (reason_code is not null)),
  check ((failures > 0) = (failing_since is not null))
) with (fillfactor = 50);
grant select, insert, update on webhook to lienthong_app;
`;
