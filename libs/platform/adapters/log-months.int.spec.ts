import { Client } from 'pg';
import { testDatabase, until, type TestDatabase } from '#testing';
import { migrate } from './migrate';

const NAMES = ['LogMonthBorder1700000000015', 'LogMonths1700000000017'];
const ENTRIES = 5_000;
const DAY_MS = 86_400_000;
const NO_MONTH = 'ffffffff-ffff-4fff-8fff-ffffffffffff';

/** What both migrations make, taken away; the table as it was before. */
const BEFORE = `
drop table synclog_entry, synclog_month, synclog_archive;
drop function synclog_make_months, synclog_make_month, synclog_month_to_make, synclog_month_start, synclog_month_after, synclog_month_before,
  synclog_month_of, synclog_first_id;
alter table receipt drop column leaf_index;
create table synclog_entry (
  id uuid primary key,
  at timestamptz not null,
  kind text not null,
  dossier_id uuid,
  bytes bytea not null check (octet_length(bytes) <= 16384)
);
create index synclog_entry_dossier on synclog_entry (dossier_id, id);
grant select, insert on synclog_entry to lienthong_app;
delete from schema_migration where name in ('${NAMES.join(`','`)}');
`;

describe('a log that was written before it had months', () => {
  let test: TestDatabase;
  let owner: Client;
  beforeEach(async () => {
    test = await testDatabase();
    owner = new Client({ connectionString: test.ownerUrl });
    await owner.connect();
    await owner.query(BEFORE);
  });
  afterEach(async () => {
    await owner.end();
    await test.drop();
  });

  const idAt = (ms: number, nth = 0): string => {
    const time = ms.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${nth.toString(16).padStart(12, '0')}`;
  };
  const insertText = `insert into synclog_entry (id, at, kind, bytes) select id, now(), 'attempt.settled', '\\x00' from unnest($1::uuid[]) id`;
  const insert = (...ids: string[]): Promise<number> => test.db.execute(insertText, [ids]);
  const fill = (): Promise<number> =>
    insert(...Array.from({ length: ENTRIES }, (_, nth) => idAt(Date.now() - DAY_MS * (nth % 900), nth)));
  const all = async (): Promise<object[]> =>
    (await owner.query<object>(`select id, at, kind, dossier_id, bytes from synclog_entry order by id`)).rows;
  const placeOf = async (id: string): Promise<string> =>
    (await owner.query<{ place: string }>(`select tableoid::regclass as place from synclog_entry where id = $1`, [id]))
      .rows[0].place;
  const months = (): Promise<{ month: string; partition: string; isFirst: boolean }[]> =>
    test.db.query(`select month, partition, first_id is null as "isFirst" from synclog_month order by end_id`);
  const borders = async (): Promise<number | null> =>
    (await owner.query(`select from pg_constraint where conname = 'synclog_entry_border'`)).rowCount;
  /** The month after so long in Viet Nam, `YYYY-MM`. */
  const monthIn = async (interval: string): Promise<string> =>
    (
      await owner.query<{ month: string }>(
        `select to_char(now() at time zone 'Asia/Ho_Chi_Minh' + $1::interval, 'YYYY-MM') as month`,
        [interval],
      )
    ).rows[0].month;
  /** Rows that were read from a table from its begin to its end, as soon as all who did it have told. */
  const rowsRead = async (table: string): Promise<number> => {
    const others = `select from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
      and pid <> pg_backend_pid() and application_name <> 'test'`;
    await until(async () => (await owner.query(others)).rowCount === 0, 10_000, 'the end of the migrator');
    const { rows } = await owner.query<{ read: string }>(
      `select seq_tup_read as read from pg_stat_user_tables where relname = $1`,
      [table],
    );
    return Number(rows[0].read);
  };

  it('is the first month with all its rows, not read again for it; what comes is in months of its own', async () => {
    await fill();
    await owner.query(`create table synclog_month ()`);
    await expect(migrate(test.ownerUrl)).rejects.toMatchObject({ code: '42P07' });
    // The border is known, whatever comes after it, and the log is written on.
    await insert(idAt(Date.now(), ENTRIES));
    const before = await all();
    await owner.query(`drop table synclog_month`);
    await rowsRead('synclog_entry');
    await owner.query(`select pg_stat_reset_single_table_counters('synclog_entry'::regclass)`);
    expect(await migrate(test.ownerUrl)).toEqual([NAMES[1]]);
    const [first, ...others] = await months();
    expect(await rowsRead(first.partition)).toBe(0);
    expect(await all()).toEqual(before);
    // Writers had a month at least until the border.
    expect(first).toMatchObject({ month: await monthIn('1 month'), isFirst: true });
    expect(others.map(({ isFirst }) => isFirst)).toEqual([false, false]);
    expect(await borders()).toBe(0);
    expect(await test.db.query(`select from synclog_entry_beyond`)).toEqual([]);
    const coming = idAt(Date.now() + 65 * DAY_MS);
    await insert(coming);
    expect(others.map(({ partition }) => partition)).toContain(await placeOf(coming));
    await expect(insert(coming)).rejects.toMatchObject({ code: '23505' });
  });

  it('may be read and written by the application, and nothing else', async () => {
    await fill();
    await migrate(test.ownerUrl);
    const [first, second] = await months();
    for (const statement of [
      `update synclog_entry set kind = 'x'`,
      `delete from synclog_entry`,
      `truncate synclog_entry`,
      ...[first, second].flatMap(({ partition }) => [
        `select from ${partition}`,
        `insert into ${partition} select * from synclog_entry`,
        `update ${partition} set kind = 'x'`,
        `delete from ${partition}`,
        `truncate ${partition}`,
        `drop table ${partition}`,
      ]),
    ])
      await expect(test.db.execute(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await test.db.query(`select from synclog_entry limit 1`)).toHaveLength(1);
  });

  it('ends behind what a clock ahead has written, and what no clock can have written is in no month', async () => {
    await fill();
    const [ahead, farAhead] = [200, 900].map((days) => idAt(Date.now() + days * DAY_MS));
    await insert(ahead, farAhead, NO_MONTH);
    const before = await all();
    expect(await migrate(test.ownerUrl)).toEqual(NAMES);
    const [first, ...others] = await months();
    expect(first.month).toBe(await monthIn('200 days'));
    expect(others).toEqual([]);
    expect(await all()).toEqual(before);
    expect(await placeOf(ahead)).toBe(first.partition);
    expect(await test.db.query(`select id from synclog_entry_beyond order by id`)).toEqual([
      { id: farAhead },
      { id: NO_MONTH },
    ]);
    expect(await borders()).toBe(0);
  });

  it('begins with this month when it was empty, and a migration that was killed in between runs again', async () => {
    expect(await migrate(test.ownerUrl)).toEqual(NAMES);
    expect((await months())[0].month).toBe(await monthIn('0'));
    expect(await months()).toHaveLength(4);
    await owner.query(BEFORE);
    await fill();
    await owner.query(`alter table synclog_entry add constraint synclog_entry_border
      check (id < 'ffffffff-0000-0000-0000-000000000000') not valid`);
    expect(await migrate(test.ownerUrl)).toEqual(NAMES);
    expect((await months())[0].month).toBe(await monthIn('1 month'));
    expect(await borders()).toBe(0);
  });
});
