import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which configuration files each part of the product has loaded last. */
export class ConfigurationFiles1700000000009 implements MigrationInterface {
  name = 'ConfigurationFiles1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(CONFIGURATION_FILES);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const CONFIGURATION_FILES = `
create table configuration_file (
  part text not null,
  path text not null,
  digest bytea not null check (octet_length(digest) = 32),
  primary key (part, path)
);
grant select, insert, update, delete on configuration_file to lienthong_app;
`;
