import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person asks for can be taken back by who wrote it down. */
export class WithdrawnPersonRequests1700000000020 implements MigrationInterface {
  name = 'WithdrawnPersonRequests1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(REQUESTS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** The last rule also stops a gateway of before, which knows no such state and would approve, and so erase, what was taken back. */
const REQUESTS = `
alter table person_request
  add column withdrawn_at timestamptz,
  drop constraint person_request_state_check,
  add constraint person_request_state_check check (state in ('open','approved','withdrawn')),
  add constraint person_request_withdrawn_check check ((state = 'withdrawn') = (withdrawn_at is not null));
grant update (withdrawn_at) on person_request to lienthong_app;
`;
