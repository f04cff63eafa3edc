import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Comparisons with partners, and the differences they found. */
export class Reconciliations1700000000019 implements MigrationInterface {
  name = 'Reconciliations1700000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '60s'`);
    await runner.query(RECONCILIATIONS);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** The foundation's `discrepancy` was never written. `slot`: the time by schedule that a run stands for, so that one of many workers makes it. `reached`: how far it has got, moved in the transaction
 *  that writes what was found. `failures`, `throttled`: calls without a usable answer in a row. `reconciliation_seen` holds what a list has told of,
 *  until its run ends; `differs`: it was counted so, not as agreed. `reconciliation_daily`: since when a partner is compared daily. A difference is open once for what it is
 *  about (`subject`: our dossier, or a code that only the partner has). The table of that name of the first version was never written. */
const RECONCILIATIONS = `
drop table discrepancy;
create table reconciliation (
  id uuid primary key,
  partner text not null,
  cause text not null check (cause in ('demand','schedule')),
  slot timestamptz,
  state text not null check (state in ('queued','running','finished','stopped','skipped')),
  window_from timestamptz not null,
  window_to timestamptz not null check (window_to > window_from),
  requested_by text,
  requested_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  agreed integer not null default 0,
  differing integer not null default 0,
  unreadable integer not null default 0,
  not_looked_at integer not null default 0,
  calls integer not null default 0,
  because jsonb not null default '{}',
  failures integer not null default 0,
  throttled integer not null default 0,
  throttled_since timestamptz,
  failure_code text,
  list_failed boolean not null default false,
  retry_at timestamptz,
  reached jsonb,
  reason_code text,
  stopped_by text,
  lease_owner text,
  lease_until timestamptz,
  fence bigint not null default 0,
  check ((state in ('finished','stopped','skipped')) = (ended_at is not null)),
  check ((cause = 'demand') = (requested_by is not null)),
  check ((cause = 'schedule') = (slot is not null)),
  unique (partner, slot)
) with (fillfactor = 70);
create unique index reconciliation_open on reconciliation (partner) where state in ('queued','running');
create table reconciliation_seen (
  reconciliation_id uuid not null references reconciliation,
  dossier_id uuid not null,
  differs boolean not null,
  primary key (reconciliation_id, dossier_id)
);
create table reconciliation_daily (
  partner text primary key,
  since timestamptz not null
);
create table discrepancy (
  id uuid primary key,
  partner text not null,
  subject text not null,
  class text not null,
  dossier_id uuid references dossier,
  codes text[] not null,
  unit text,
  procedure text,
  ours integer,
  theirs integer,
  there_changed_at timestamptz,
  cause text not null,
  responsible text not null,
  state text not null check (state in ('open','closed')),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  seen integer not null default 1,
  reconciliation_id uuid not null references reconciliation,
  closed_at timestamptz,
  check ((state = 'closed') = (closed_at is not null))
) with (fillfactor = 70);
create unique index discrepancy_open on discrepancy (partner, subject) where state = 'open';
create index discrepancy_run on discrepancy (reconciliation_id);
create index discrepancy_dossier on discrepancy (dossier_id);
grant select, insert, update on reconciliation, discrepancy to lienthong_app;
grant select, insert, update, delete on reconciliation_seen, reconciliation_daily to lienthong_app;
`;
