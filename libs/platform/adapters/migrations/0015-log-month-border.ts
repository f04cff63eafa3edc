import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the next but one migration asks of the sync log's table, found out while everybody writes into it: that all its ids lie before the end of a month.
 *  Until then an id behind that end is refused; the end is a month away at least, and behind every id that a clock ahead has made before. */
export class LogMonthBorder1700000000015 implements MigrationInterface {
  name = 'LogMonthBorder1700000000015';
  /** The constraint has to be there for all writers before the table is read. Killed in between, the migration runs again. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`set lock_timeout = '5s'`);
    await runner.query(`set statement_timeout = 0`);
    await runner.query(MONTH_OF_ID);
    if (await isThere(runner, `select from synclog_entry limit 1`)) await readAll(runner);
    await runner.query(`reset lock_timeout`);
    await runner.query(`reset statement_timeout`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

async function readAll(runner: QueryRunner): Promise<void> {
  const [{ end }] = (await runner.query(`select synclog_border(1) as "end"`)) as { end: string }[];
  await runner.query(
    `alter table synclog_entry drop constraint if exists synclog_entry_border,
       add constraint synclog_entry_border check (id < '${end}') not valid`,
  );
  // Such a row is moved when the table becomes a partition, which then has to read it all.
  if (await isThere(runner, `select from (${NEWEST}) newest where id >= '${end}'`)) return;
  await runner.query(`set lock_timeout = 0`);
  await runner.query(`alter table synclog_entry validate constraint synclog_entry_border`);
}

/** By the index, whatever the planner thinks of the table. */
const NEWEST = `select id from synclog_entry order by id desc limit 1`;

async function isThere(runner: QueryRunner, rows: string): Promise<boolean> {
  return ((await runner.query(rows)) as unknown[]).length > 0;
}

/** A month is a range of ids: those of version 7 begin with the time. Its border is the first instant of the month in Viet Nam.
 *  `synclog_border`: the end of the month that comes so many months after this one, or of a later one in which an entry lies. What is further away than
 *  400 days was not made by a clock, and is in no month. */
const MONTH_OF_ID = `
create or replace function synclog_month_start(month text) returns timestamptz language sql immutable set search_path = pg_catalog as $$
  select make_timestamptz(split_part(month, '-', 1)::integer, split_part(month, '-', 2)::integer, 1, 0, 0, 0, 'Asia/Ho_Chi_Minh')
$$;
create or replace function synclog_month_after(month text) returns text language sql immutable set search_path = pg_catalog as $$
  select to_char((month || '-01')::date + interval '1 month', 'YYYY-MM')
$$;
create or replace function synclog_month_before(month text) returns text language sql immutable set search_path = pg_catalog as $$
  select to_char((month || '-01')::date - interval '1 month', 'YYYY-MM')
$$;
create or replace function synclog_first_id(at timestamptz) returns uuid language sql immutable set search_path = pg_catalog as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
create or replace function synclog_month_of(id uuid) returns text language sql immutable set search_path = pg_catalog as $$
  select to_char(to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')
$$;
create or replace function synclog_border(months integer) returns uuid language sql stable set search_path = public, pg_temp as $$
  select synclog_first_id(synclog_month_start(synclog_month_after(greatest(
    to_char(now() at time zone 'Asia/Ho_Chi_Minh' + make_interval(months => months), 'YYYY-MM'),
    (select synclog_month_of(id) from synclog_entry where id < synclog_first_id(now() + interval '400 days') order by id desc limit 1)
  ))))
$$;
`;
