import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The entries of the sync log by month, and what of them was archived (ADR 16). The table of before is the first month's partition, with all that came before it. */
export class LogMonths1700000000017 implements MigrationInterface {
  name = 'LogMonths1700000000017';

  async up(runner: QueryRunner): Promise<void> {
    // Taking the table over reads it once: seconds for millions of entries.
    await runner.query(`set local lock_timeout = '5s'; set local statement_timeout = '30min'`);
    await runner.query(MONTHS);
    await runner.query(FIRST_MONTH);
    await runner.query(`select synclog_make_months(3)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** A month is a range of ids: those of version 7 begin with the time. Its border is the first instant of the month in Viet Nam.
 *  `synclog_make_months` runs with the right of its owner, the migrator: the application's role makes months and can do nothing else to them. */
const MONTHS = `
create function synclog_month_start(month text) returns timestamptz language sql immutable set search_path = pg_catalog as $$
  select make_timestamptz(split_part(month, '-', 1)::integer, split_part(month, '-', 2)::integer, 1, 0, 0, 0, 'Asia/Ho_Chi_Minh')
$$;
create function synclog_month_after(month text) returns text language sql immutable set search_path = pg_catalog as $$
  select to_char((month || '-01')::date + interval '1 month', 'YYYY-MM')
$$;
create function synclog_first_id(at timestamptz) returns uuid language sql immutable set search_path = pg_catalog as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

create table synclog_month (
  month text primary key check (month ~ '^\\d{4}-(0[1-9]|1[0-2])$'),
  partition text not null unique,
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

create function synclog_make_months(ahead integer) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '1s' as $$
declare
  newest record;
  month text;
  end_id uuid;
  made integer := 0;
begin
  lock table synclog_month in share row exclusive mode;
  loop
    select m.month, m.end_id into strict newest from synclog_month m order by m.end_id desc limit 1;
    month := synclog_month_after(newest.month);
    exit when synclog_month_start(month) > now() + make_interval(months => least(ahead, 12));
    end_id := synclog_first_id(synclog_month_start(synclog_month_after(month)));
    perform synclog_make_month(month, newest.end_id, end_id);
    made := made + 1;
  end loop;
  return made;
end $$;
-- Beside the others, and attached when it is whole: writers are not held up.
create function synclog_make_month(month text, first_id uuid, end_id uuid) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  name text := 'synclog_entry_' || replace(month, '-', '_');
begin
  execute format('create table %I (like synclog_entry including all)', name);
  -- What a clock far ahead has written before its month was made.
  execute format('with early as (delete from synclog_entry_beyond where id >= %L and id < %L returning *) insert into %I select * from early',
    first_id, end_id, name);
  execute format('alter table synclog_entry attach partition %I for values from (%L) to (%L)', name, first_id, end_id);
  insert into synclog_month values (month, name, end_id);
end $$;
revoke execute on function synclog_make_months(integer), synclog_make_month(text, uuid, uuid) from public;
grant execute on function synclog_make_months(integer) to lienthong_app;
grant select on synclog_month, synclog_archive to lienthong_app;
`;

const FIRST_MONTH = `
do $$
declare
  month text := to_char(now() at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM');
  end_id uuid;
  newest uuid;
  name text;
begin
  select id into newest from synclog_entry order by id desc limit 1;
  loop
    end_id := synclog_first_id(synclog_month_start(synclog_month_after(month)));
    exit when newest is null or newest < end_id;
    month := synclog_month_after(month);
  end loop;
  name := 'synclog_entry_' || replace(month, '-', '_');
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
  execute format('alter table synclog_entry attach partition %I for values from (minvalue) to (%L)', name, end_id);
  insert into synclog_month values (month, name, end_id);
end $$;
grant select, insert on synclog_entry to lienthong_app;
-- So that a check can tell what is in no month.
grant select on synclog_entry_beyond to lienthong_app;
`;
