import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A request to give items up can be taken back by who made it. */
export class WithdrawnRequests1700000000018 implements MigrationInterface {
  name = 'WithdrawnRequests1700000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(REQUESTS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** The last rule also stops a gateway of before, which knows no such state and would approve what was taken back. */
const REQUESTS = `
alter table quarantine_request
  add column withdrawn_at timestamptz,
  drop constraint quarantine_request_state_check,
  add constraint quarantine_request_state_check check (state in ('open','approved','withdrawn')),
  add constraint quarantine_request_withdrawn_check check ((state = 'withdrawn') = (withdrawn_at is not null));
grant update (withdrawn_at) on quarantine_request to lienthong_app;
`;
