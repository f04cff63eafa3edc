import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Several master keys, sealed chunks outside PostgreSQL, and what is still to be removed of erased content. */
export class VaultKeys1700000000013 implements MigrationInterface {
  name = 'VaultKeys1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(VAULT_KEYS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** `place` names the file of an object outside PostgreSQL. A new column rewrites nothing, and the lock for it is held for moments: the indexes of what is
 *  large already come in a migration of their own (0016). `aside`: the file is kept aside for a while. */
const VAULT_KEYS = `
create table vault_master_key (
  id text primary key,
  recorded_at timestamptz not null,
  retired_at timestamptz
);
alter table vault_object add column place uuid;
alter table vault_draft add column outside boolean not null default false;
create table vault_removal (
  object_id uuid primary key,
  outside boolean not null,
  aside boolean not null default false,
  due_at timestamptz not null
);
create table vault_installation (
  id uuid not null default gen_random_uuid()
);
insert into vault_installation default values;
grant select, insert, update on vault_master_key to lienthong_app;
grant select, insert, delete on vault_removal to lienthong_app;
grant select on vault_installation to lienthong_app;
`;
