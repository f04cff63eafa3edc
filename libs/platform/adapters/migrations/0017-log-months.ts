import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The entries of the sync log by month, and what of them was archived (ADR 16). The table of before is the first month's partition, with all that came before it. */
export class LogMonths1700000000017 implements MigrationInterface {
  name = 'LogMonths1700000000017';

  async up(runner: QueryRunner): Promise<void> {
    // All of it is known to lie before its end (migration 15), so that nothing is read. Only a row behind that costs a whole reading: seconds for millions.
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '30min'`);
    // Both, and in the order of the writers: none of them is to wait for the other while it is waited for.
    await runner.query(`lock table synclog_entry, receipt in access exclusive mode`);
    await runner.query(MONTHS);
    await runner.query(FIRST_MONTH);
    await runner.query(MAKING);
    await runner.query(`select synclog_make_months(3)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** `first_id` is null where a month begins at the lowest id of all. */
const MONTHS = `
create table synclog_month (
  month text primary key check (month ~ '^\\d{4}-(0[1-9]|1[0-2])$'),
  partition text not null unique,
  first_id uuid,
  end_id uuid not null unique
);
create table synclog_archive (
  month text primary key,
  before_leaf bigint not null check (before_leaf % 256 = 0),
  until_at timestamptz not null,
  archived_at timestamptz not null,
  entry_id uuid not null
);
alter table receipt add column leaf_index bigint;
grant select on synclog_month, synclog_archive to lienthong_app;
`;

const FIRST_MONTH = `
do $$
declare
  -- Where the table was empty there is none.
  known uuid := (select substring(pg_get_constraintdef(oid) from '''([0-9a-f-]{36})''')::uuid from pg_constraint
    where conrelid = 'synclog_entry'::regclass and conname = 'synclog_entry_border');
  end_id uuid := coalesce(known, synclog_border(0));
  month text := synclog_month_before(synclog_month_of(end_id));
  name text := 'synclog_entry_' || replace(month, '-', '_');
  newest uuid := (select id from synclog_entry order by id desc limit 1);
begin
  execute format('alter table synclog_entry rename to %I', name);
  execute format('alter index synclog_entry_pkey rename to %I', name || '_pkey');
  execute format('alter index synclog_entry_dossier rename to %I', name || '_dossier_id_id_idx');
  execute format('revoke all on %I from lienthong_app', name);
  create table synclog_entry (
    id uuid primary key,
    at timestamptz not null,
    kind text not null,
    dossier_id uuid,
    bytes bytea not null constraint synclog_entry_bytes_check check (octet_length(bytes) <= 16384)
  ) partition by range (id);
  create index synclog_entry_dossier on synclog_entry (dossier_id, id);
  create table synclog_entry_beyond partition of synclog_entry default;
  if newest >= end_id then
    execute format('with far as (delete from %I where id >= %L returning *) insert into synclog_entry_beyond select * from far', name, end_id);
  end if;
  execute format('alter table synclog_entry attach partition %I for values from (minvalue) to (%L)', name, end_id);
  execute format('alter table %I drop constraint if exists synclog_entry_border', name);
  insert into synclog_month (month, partition, end_id) values (month, name, end_id);
end $$;
drop function synclog_border(integer);
grant select, insert on synclog_entry to lienthong_app;
-- So that a check can tell what is in no month.
grant select on synclog_entry_beyond to lienthong_app;
`;

/** `synclog_make_months` runs with the right of its owner, the migrator: the application's role makes months and can do nothing else to them.
 *  It asks without a lock on a table whether there is anything to do, and does not wait long for who reads, since all other readers would wait behind it. */
const MAKING = `
-- Where a month has left the database and entries came for it since, that month again; else the one after the newest, when it is time.
create function synclog_month_to_make(ahead integer) returns table (month text, first_id uuid, end_id uuid)
language sql stable set search_path = public, pg_temp as $$
  with held as (select m.*, lag(m.end_id) over (order by m.end_id) as before_id from synclog_month m),
  next as (select synclog_month_after(m.month) as month, m.end_id from synclog_month m order by m.end_id desc limit 1)
  (select synclog_month_before(h.month), h.before_id, h.first_id from held h where h.first_id is distinct from h.before_id
     and exists (select from synclog_entry_beyond b where b.id < h.first_id and (h.before_id is null or b.id >= h.before_id)))
  union all
  (select n.month, n.end_id, synclog_first_id(synclog_month_start(synclog_month_after(n.month))) from next n
   where synclog_month_start(n.month) <= now() + make_interval(months => least(ahead, 12)))
  limit 1
$$;
create function synclog_make_months(ahead integer) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '150ms' as $$
declare
  next record;
  made integer := 0;
begin
  -- Another one at it holds what this one would look at, and the other way round.
  if not pg_try_advisory_xact_lock(7317) then return 0; end if;
  perform from synclog_month_to_make(ahead);
  if not found then return 0; end if;
  lock table synclog_month in share row exclusive mode;
  loop
    select * into next from synclog_month_to_make(ahead);
    exit when not found;
    perform synclog_make_month(next.month, next.first_id, next.end_id);
    made := made + 1;
  end loop;
  return made;
end $$;
-- Beside the others, and attached when it is whole: writers are not held up, but those into no month. Without a first id it begins at the lowest.
create function synclog_make_month(month text, first_id uuid, end_id uuid) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  plain text := 'synclog_entry_' || replace(month, '-', '_');
  name text := plain;
  nth integer := 1;
begin
  while to_regclass(name) is not null loop
    nth := nth + 1;
    name := plain || '_' || nth;
  end loop;
  execute format('create table %I (like synclog_entry including all)', name);
  -- An entry that is committed between the move and the attaching would belong to the month, and end the attaching.
  lock table synclog_entry_beyond in share row exclusive mode;
  -- What was written while there was no such month: by a clock far ahead, or after the month was archived.
  execute format('with moved as (delete from synclog_entry_beyond where (%L is null or id >= %1$L) and id < %L returning *) insert into %I select * from moved',
    first_id, end_id, name);
  execute format('alter table synclog_entry attach partition %I for values from (%s) to (%L)', name, coalesce(quote_literal(first_id), 'minvalue'), end_id);
  insert into synclog_month (month, partition, first_id, end_id) values (month, name, first_id, end_id);
end $$;
revoke execute on function synclog_make_months(integer), synclog_make_month(text, uuid, uuid), synclog_month_to_make(integer) from public;
grant execute on function synclog_make_months(integer) to lienthong_app;
`;
