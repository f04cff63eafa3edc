import { Client } from 'pg';
import { testDatabase, until, type TestDatabase } from '#testing';
import { makeMonths, readMonths } from './adapters/month-store';

const NO_LOCK = { code: '55P03' };
const NO_RIGHT = { code: '42501' };

describe('making the months of the log', () => {
  let test: TestDatabase;
  let owner: Client;
  beforeEach(async () => {
    test = await testDatabase();
    owner = new Client({ connectionString: test.ownerUrl });
    await owner.connect();
  });
  afterEach(async () => {
    await owner.end();
    await test.drop();
  });

  /** The nth id after, or before, the first one of a range. */
  const near = (firstId: string, nth: number): string => {
    const value = (BigInt(`0x${firstId.replaceAll('-', '')}`) + BigInt(nth)).toString(16).padStart(32, '0');
    return [value.slice(0, 8), value.slice(8, 12), value.slice(12, 16), value.slice(16, 20), value.slice(20)].join('-');
  };
  const insertText = `insert into synclog_entry (id, at, kind, bytes) values ($1, now(), 'attempt.settled', '\\x00')`;
  const insert = (id: string): Promise<number> => test.db.execute(insertText, [id]);
  const placeOf = async (id: string): Promise<string> =>
    (await owner.query<{ place: string }>(`select tableoid::regclass as place from synclog_entry where id = $1`, [id]))
      .rows[0].place;
  const leave = async (partition: string): Promise<void> => {
    await owner.query(`drop table ${partition}`);
    await owner.query(`delete from synclog_month where partition = $1`, [partition]);
  };
  const months = async (): Promise<string[]> => (await readMonths(test.db)).map(({ month }) => month);
  const waits = async (pid: number): Promise<boolean> =>
    (await test.db.query(`select from pg_locks where not granted and $1 = any(pg_blocking_pids(pid))`, [pid])).length >
    0;
  const pidOf = async (client: Client): Promise<number> =>
    (await client.query<{ pid: number }>(`select pg_backend_pid() as pid`)).rows[0].pid;

  it('takes no lock when there is nothing to make', async () => {
    await owner.query('begin');
    await owner.query(`lock table synclog_month in share row exclusive mode`);
    await owner.query(`lock table synclog_entry_beyond in share update exclusive mode`);
    expect(await makeMonths(test.db, 3)).toBe(0);
    await expect(makeMonths(test.db, 4)).rejects.toMatchObject(NO_LOCK);
    await owner.query('rollback');
    expect(await makeMonths(test.db, 4)).toBe(1);
  });

  it('gives way to who reads the log for long, and makes nothing by halves', async () => {
    const before = await months();
    await owner.query('begin');
    await owner.query(`select from synclog_entry`);
    await expect(makeMonths(test.db, 5)).rejects.toMatchObject(NO_LOCK);
    expect(await months()).toEqual(before);
    await owner.query('commit');
    expect(await makeMonths(test.db, 5)).toBe(2);
  });

  it('makes a month into which a clock far ahead is writing right now, with what was written', async () => {
    const newest = (await readMonths(test.db)).at(-1)!;
    const id = near(newest.endId, 7);
    const writer = new Client({ connectionString: test.ownerUrl });
    await writer.connect();
    try {
      await writer.query('begin');
      await writer.query(insertText, [id]);
      await expect(makeMonths(test.db, 4)).rejects.toMatchObject(NO_LOCK);
      // As the function does it, but with all the time to wait.
      const pid = await pidOf(writer);
      const made = owner.query(
        `select synclog_make_month(month, first_id, end_id) from synclog_month_to_make(4)
         where set_config('lock_timeout', '0', false) = '0'`,
      );
      made.catch(() => undefined);
      await until(() => waits(pid), 10_000, 'the lock');
      await writer.query('commit');
      await made;
    } finally {
      await writer.end();
    }
    expect(await placeOf(id)).toBe((await readMonths(test.db)).at(-1)!.partition);
    expect(await test.db.query(`select from synclog_entry_beyond`)).toEqual([]);
    expect(await makeMonths(test.db, 4)).toBe(0);
  });

  it('gives an entry that came after its month was archived a month again, of whatever name is free', async () => {
    const [oldest, second] = await readMonths(test.db);
    await leave(oldest.partition);
    expect(await makeMonths(test.db, 3)).toBe(0);
    const ids = [near(oldest.endId, -1), '00000000-0000-4000-8000-000000000001'];
    for (const id of ids) await insert(id);
    expect(await placeOf(ids[0])).toBe('synclog_entry_beyond');
    expect(await makeMonths(test.db, 3)).toBe(1);
    expect((await readMonths(test.db)).slice(0, 2)).toEqual([oldest, second]);
    for (const id of ids) expect(await placeOf(id)).toBe(oldest.partition);
    await insert(near(oldest.endId, -2));
    expect(await makeMonths(test.db, 3)).toBe(0);
    // And once more, while the name is taken.
    await leave(oldest.partition);
    await owner.query(`create table ${oldest.partition} ()`);
    await insert(ids[0]);
    expect(await makeMonths(test.db, 3)).toBe(1);
    expect(await placeOf(ids[0])).toBe(`${oldest.partition}_2`);
    expect((await months())[0]).toBe(oldest.month);
  });

  it('gives it one between two that are there as well, and the entries of both stay where they are', async () => {
    const [oldest, second, third] = await readMonths(test.db);
    const id = near(second.endId, -1);
    await insert(near(oldest.endId, -1));
    await insert(second.endId);
    await leave(second.partition);
    await insert(id);
    expect(await makeMonths(test.db, 3)).toBe(1);
    expect(await placeOf(id)).toBe(second.partition);
    expect(await placeOf(near(oldest.endId, -1))).toBe(oldest.partition);
    expect(await placeOf(second.endId)).toBe(third.partition);
    expect(await makeMonths(test.db, 3)).toBe(0);
  });

  it('leaves an id that is of no month where it is', async () => {
    await insert('ffffffff-ffff-4fff-8fff-ffffffffffff');
    expect(await makeMonths(test.db, 3)).toBe(0);
    expect(await placeOf('ffffffff-ffff-4fff-8fff-ffffffffffff')).toBe('synclog_entry_beyond');
  });

  it('gives nobody a right on a month that was made, nor on how they are made', async () => {
    await makeMonths(test.db, 4);
    const { partition, endId } = (await readMonths(test.db)).at(-1)!;
    await insert(near(endId, -1));
    for (const statement of [
      `select from ${partition}`,
      `insert into ${partition} select * from synclog_entry`,
      `update ${partition} set kind = 'x'`,
      `delete from ${partition}`,
      `truncate ${partition}`,
      `drop table ${partition}`,
      `update synclog_entry set kind = 'x'`,
      `delete from synclog_entry`,
      `delete from synclog_entry_beyond`,
      `insert into synclog_entry_beyond select * from synclog_entry`,
      `insert into synclog_month values ('2099-01', 'x', null, gen_random_uuid())`,
      `select synclog_make_month('2099-01', null, '${endId}')`,
    ])
      await expect(test.db.execute(statement)).rejects.toMatchObject(NO_RIGHT);
  });
});
