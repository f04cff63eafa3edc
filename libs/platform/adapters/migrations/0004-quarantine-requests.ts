import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Quarantine by cause: the commune as the source wrote it, and giving up, which a second person approves. */
export class QuarantineRequests1700000000004 implements MigrationInterface {
  name = 'QuarantineRequests1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(ITEMS);
    await runner.query(REQUESTS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const ITEMS = `
alter table quarantine add column unit text;
create index quarantine_kind on quarantine (source, stage, reason_code) where state = 'open';
create index quarantine_given_up on quarantine (source, item_key, id) where state = 'given-up';
`;

/** The second person is the database's rule too, and what was asked for stays as it was asked. */
const REQUESTS = `
create table quarantine_request (
  id uuid primary key,
  items jsonb not null,
  set_digest text not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in ('open','approved')),
  approved_by text check (approved_by <> requested_by),
  approved_at timestamptz,
  given_up jsonb,
  skipped jsonb,
  check ((state = 'approved') = (approved_by is not null))
);
grant select, insert on quarantine_request to lienthong_app;
grant update (state, approved_by, approved_at, given_up, skipped) on quarantine_request to lienthong_app;
`;
