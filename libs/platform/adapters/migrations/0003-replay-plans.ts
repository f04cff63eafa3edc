import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Replay plans: what is sent again is chosen, looked at, approved, and released in waves whose progress is committed item by item. The two
 *  tables of the foundation were never written. */
export class ReplayPlans1700000000003 implements MigrationInterface {
  name = 'ReplayPlans1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(PLANS);
    await runner.query(DELIVERIES);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const PLANS = `
drop table replay_item;
drop table replay_plan;
create table replay_plan (
  id uuid primary key,
  action text not null check (action in ('replay','mark-done','give-up','link-registration')),
  source text not null check (source in ('dead-letters','history')),
  selection jsonb not null,
  selection_hash bytea not null,
  items integer not null,
  dossiers integer not null,
  units text[] not null,
  link jsonb,
  edited_fields text[],
  state text not null
    check (state in ('draft','dry-running','dry-run','approved','running','paused','stopped','done','cancelled')),
  reason_code text not null,
  reason text not null,
  requested_by text not null,
  created_at timestamptz not null,
  rate_per_second double precision not null,
  max_error_share double precision not null,
  starts_by_policy boolean not null default false,
  dry_run_at timestamptz,
  totals jsonb,
  hash bytea,
  needs_approval boolean,
  approved_by text,
  approved_at timestamptz,
  approval_expires_at timestamptz,
  started_by text,
  started_at timestamptz,
  ended_at timestamptz,
  next_number integer not null default 1,
  looked_number integer not null default 0,
  wave integer not null default 0,
  wave_first integer not null default 1,
  wave_last integer not null default 0,
  ramp_from timestamptz,
  drain_from timestamptz,
  drained integer not null default 0,
  wave_failed integer not null default 0,
  counts jsonb not null,
  stop jsonb,
  lease_owner text,
  lease_until timestamptz
) with (fillfactor = 70);
create index replay_plan_work on replay_plan (id) where state in ('dry-running','running','paused','stopped','cancelled') and ended_at is null;
create table replay_item (
  plan_id uuid not null references replay_plan (id) deferrable initially deferred,
  number integer not null,
  delivery_id uuid not null,
  dossier_id uuid not null,
  is_last boolean not null,
  edited_ref uuid,
  state text not null default 'pending' check (state in ('pending','released','done','failed','skipped')),
  class text,
  action text check (action in ('send','settle','cancel','skip')),
  found jsonb,
  sent_id uuid,
  released_at timestamptz,
  ended_at timestamptz,
  primary key (plan_id, number)
) with (fillfactor = 70);
create index replay_item_released on replay_item (plan_id, number) where state = 'released';
create index replay_item_ended on replay_item (plan_id, ended_at) where state in ('done','failed');
create index replay_item_delivery on replay_item (delivery_id);
grant select, insert, update, delete on replay_plan, replay_item to lienthong_app;
`;

const DELIVERIES = `
alter table delivery
  add column attempts_before integer not null default 0,
  add column edited_ref uuid;
create index delivery_settled_at on delivery using brin (settled_at) with (pages_per_range = 16);
`;
