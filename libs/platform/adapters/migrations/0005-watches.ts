import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Watches: dead letters that are to be replayed when their cause is gone. */
export class Watches1700000000005 implements MigrationInterface {
  name = 'Watches1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(WATCHES);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const WATCHES = `
create table replay_watch (
  id uuid primary key,
  selection jsonb not null,
  action text not null check (action in ('propose','start')),
  reason_code text not null,
  reason text not null,
  units text[],
  placed_by text not null,
  placed_at timestamptz not null,
  state text not null default 'watching' check (state in ('watching','met','ended')),
  successes integer not null default 0,
  probed_at timestamptz,
  finding text,
  plan_id uuid references replay_plan (id),
  ended_by text,
  ended_at timestamptz
) with (fillfactor = 70);
create index replay_watch_open on replay_watch (probed_at) where state = 'watching';
grant select, insert, update on replay_watch to lienthong_app;
`;
