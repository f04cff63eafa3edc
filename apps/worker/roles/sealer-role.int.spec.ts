import { Client } from 'pg';
import { silentLog, type Log } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { logMonths } from './sealer-role';

describe('the months that a sealer makes', () => {
  let test: TestDatabase;
  let owner: Client;
  beforeEach(async () => {
    test = await testDatabase();
    owner = new Client({ connectionString: test.ownerUrl });
    await owner.connect();
    const { rows } = await owner.query<{ partition: string }>(
      `delete from synclog_month where end_id = (select max(end_id::text)::uuid from synclog_month) returning partition`,
    );
    await owner.query(`drop table ${rows[0].partition}`);
  });
  afterEach(async () => {
    await owner.end();
    await test.drop();
  });

  const count = async (): Promise<number> => (await test.db.query(`select from synclog_month`)).length;

  it('are looked for one period later when somebody reads the log for long, and the line of it is no failure', async () => {
    const lines: unknown[] = [];
    const log: Log = { ...silentLog, info: (event, fields) => lines.push({ event, ...fields }) };
    const { round, everyMs } = logMonths({ db: test.db, log });
    const { signal } = new AbortController();
    await owner.query('begin');
    await owner.query(`select from synclog_entry`);
    expect(await round(signal)).toBe(0);
    expect(await count()).toBe(3);
    expect(lines).toEqual([{ event: 'log-months.held', code: '55P03', nextLookMs: everyMs }]);
    await owner.query('commit');
    expect(await round(signal)).toBe(0);
    expect(await count()).toBe(4);
    expect(lines).toHaveLength(1);
  });

  it('are tried again soon after any other failure', async () => {
    await owner.query(`revoke execute on function synclog_make_months(integer) from lienthong_app`);
    const { round } = logMonths({ db: test.db, log: silentLog });
    await expect(round(new AbortController().signal)).rejects.toMatchObject({ code: '42501' });
  });
});
