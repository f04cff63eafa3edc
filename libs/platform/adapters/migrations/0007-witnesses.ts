import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Witnesses of the sync log: what each has cosigned, and when it is asked again. */
export class Witnesses1700000000007 implements MigrationInterface {
  name = 'Witnesses1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(WITNESSES);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** A witness is known by its verifier key. Cosignatures are written once; `ask_after` is the lease of the worker that asks, and then the back-off. */
const WITNESSES = `
create table synclog_witness (
  witness text primary key,
  size bigint not null,
  failures integer not null,
  ask_after timestamptz not null
) with (fillfactor = 50);
create table synclog_cosignature (
  size bigint not null references synclog_checkpoint,
  witness text not null,
  line text not null,
  received_at timestamptz not null,
  primary key (size, witness)
);
grant select, insert, update on synclog_witness to lienthong_app;
grant select, insert on synclog_cosignature to lienthong_app;
`;
