import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sealed sync log: its tree and its signed checkpoints. */
export class SealedLog1700000000006 implements MigrationInterface {
  name = 'SealedLog1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(SEALED_LOG);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** One row of head: its partial tiles are rewritten as the log grows. Full tiles and checkpoints are written once. */
const SEALED_LOG = `
create table synclog_head (
  id smallint primary key check (id = 1),
  size bigint not null,
  root bytea not null check (octet_length(root) = 32),
  partials bytea[] not null
) with (fillfactor = 50);
insert into synclog_head (id, size, root, partials) values (1, 0, sha256(''), '{}');
create table synclog_tile (
  level smallint not null,
  tile_index bigint not null,
  hashes bytea not null check (octet_length(hashes) = 8192),
  primary key (level, tile_index)
);
create table synclog_checkpoint (
  size bigint primary key,
  root bytea not null check (octet_length(root) = 32),
  note text not null,
  signed_at timestamptz not null
);
grant select, update on synclog_head to lienthong_app;
grant select, insert on synclog_tile, synclog_checkpoint to lienthong_app;
`;
