import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A hold that is released drains: first one lane, then the others at a rate. A circuit knows how often it opened and when it closed. */
export class Protection1700000000002 implements MigrationInterface {
  name = 'Protection1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(HOLDS);
    await runner.query(CIRCUITS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const HOLDS = `
alter table hold
  add column state text not null default 'in-force' check (state in ('in-force','canary','draining','over')),
  add column canary_id uuid,
  add column drain_from timestamptz,
  add column drained integer not null default 0,
  add column over_at timestamptz,
  alter column release_per_second type double precision;
update hold set state = 'over', over_at = released_at where released_at is not null;
drop index hold_active;
create index hold_open on hold (partner, id) where state <> 'over';
`;

const CIRCUITS = `
alter table partner_state
  drop column failures,
  add column openings integer not null default 0,
  add column closed_at timestamptz,
  add column last_up_at timestamptz;
`;
