import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has seen personal data and for what, where a person's dossiers are, legal holds, and requests of persons about their data. */
export class Privacy1700000000012 implements MigrationInterface {
  name = 'Privacy1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    for (const part of [VIEWS, PERSONS, STORED, HOLDS, REQUESTS]) await runner.query(part);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** Grants to look at personal data: names of fields and counts, never a value. Limits are counted over them. */
const VIEWS = `
create table personal_view (
  id uuid primary key,
  kind text not null check (kind in ('fields','file','search','export')),
  account text not null,
  purpose text not null,
  dossier_id uuid,
  fields text[] not null,
  sensitive integer not null check (sensitive >= 0),
  reason text,
  looks integer not null default 1 check (looks > 0),
  at timestamptz not null,
  expires_at timestamptz not null
);
create index personal_view_account on personal_view (account, kind, at);
grant select, insert on personal_view to lienthong_app;
grant update (looks) on personal_view to lienthong_app;
`;

/** Keyed digests of identity numbers, never a number, and which raw answers of the registry tell of which dossiers. Filled at intake in the transaction of
 *  the dossier, which is why nothing checks that it exists: each check would cost the intake a look-up a row. */
const PERSONS = `
create table person_index (
  digest bytea not null check (octet_length(digest) = 32),
  dossier_id uuid not null,
  fields text[] not null,
  primary key (digest, dossier_id)
);
create index person_index_dossier on person_index (dossier_id);
grant select, insert, update, delete on person_index to lienthong_app;
create table registry_answer (
  ref uuid not null,
  dossier_id uuid not null,
  primary key (ref, dossier_id)
);
create index registry_answer_dossier on registry_answer (dossier_id);
grant select, insert on registry_answer to lienthong_app;
`;

/** How far what was stored before is indexed: dossiers up to an id, then the registry's answers up to a digest. It begins an hour later, when gateways of the version
 *  before, which index nothing, have ended. */
const STORED = `
create table person_backfill (
  one boolean primary key default true check (one),
  begins_at timestamptz not null,
  after_dossier uuid,
  after_answer bytea,
  unreadable integer not null default 0,
  finished_at timestamptz
);
insert into person_backfill (begins_at, finished_at)
select now() + interval '1 hour', case when exists (select from dossier) then null else now() end;
grant select, update on person_backfill to lienthong_app;
`;

/** A hold is lifted by two people; the second person is the database's rule too. */
const HOLDS = `
create table legal_hold (
  id uuid primary key,
  dossier_id uuid not null references dossier (id),
  reason text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  lift_reason text,
  lift_requested_by text,
  lift_requested_at timestamptz,
  lift_expires_at timestamptz,
  lifted_by text check (lifted_by <> lift_requested_by),
  lifted_at timestamptz,
  check ((lifted_by is null) = (lifted_at is null)),
  check (lifted_by is null or lift_requested_by is not null)
);
create index legal_hold_standing on legal_hold (dossier_id) where lifted_at is null;
grant select, insert on legal_hold to lienthong_app;
grant update (lift_reason, lift_requested_by, lift_requested_at, lift_expires_at, lifted_by, lifted_at) on legal_hold to lienthong_app;
`;

/** What was asked for stays as it was asked: the frozen dossiers, whether older ones could be missing among them, and nothing that names the person. */
const REQUESTS = `
create table person_request (
  id uuid primary key,
  kind text not null check (kind in ('export','erase')),
  dossiers uuid[] not null,
  set_digest text not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in ('open','approved')),
  approved_by text check (approved_by <> requested_by),
  approved_at timestamptz,
  takes integer not null default 0,
  index_incomplete boolean not null default false,
  check ((state = 'approved') = (approved_by is not null))
);
grant select, insert on person_request to lienthong_app;
grant update (state, approved_by, approved_at, takes) on person_request to lienthong_app;
`;
