import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The index by which the sealed sync log is searched. What is sealed already is indexed by the sealer, as what comes. */
export class SyncLogIndex1700000000008 implements MigrationInterface {
  name = 'SyncLogIndex1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(SYNC_LOG_INDEX);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** Full bundles of 256 leaves, and for each term that stands in one a bit for each of its places. The bits are in the index too, so that a search
 *  reads a term's bundles as one range; that needs pages that vacuum has seen, and it comes by as often as a hundredth is new. */
const SYNC_LOG_INDEX = `
create table synclog_indexed (
  bundle integer primary key,
  first_at timestamptz,
  last_at timestamptz
);
create table synclog_posting (
  term bigint not null,
  bundle integer not null,
  places bit(256) not null,
  primary key (term, bundle) include (places)
) with (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
grant select, insert on synclog_indexed, synclog_posting to lienthong_app;
`;
