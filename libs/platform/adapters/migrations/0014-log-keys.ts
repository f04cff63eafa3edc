import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that the sync log has had: one row for each statement that names the next. */
export class LogKeys1700000000014 implements MigrationInterface {
  name = 'LogKeys1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(LOG_KEYS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** Written once, in the transaction of the entry that says the same. The sealer signs only with the key that the last row names. */
const LOG_KEYS = `
create table synclog_key_statement (
  ordinal integer primary key check (ordinal > 0),
  new_key text not null unique,
  statement text not null,
  stated_at timestamptz not null
);
grant select, insert on synclog_key_statement to lienthong_app;
`;
