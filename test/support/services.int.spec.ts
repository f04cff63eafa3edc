import { answersApiVersions } from '../../apps/cli/stack/kafka-answers';
import { testDatabase, type TestDatabase } from '#testing';

describe('test database', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await testDatabase()), 60_000);
  afterAll(() => database.drop());

  it('is migrated and reached with the application role, which may not change the sync log', async () => {
    const [row] = await database.db.query<{ role: string; n: number }>(
      'select current_user as role, (select next_position::int from sequencer) as n',
    );
    expect(row).toEqual({ role: 'lienthong_app', n: 1 });
    await expect(database.db.execute('delete from synclog_entry')).rejects.toMatchObject({ code: '42501' });
  });

  it('is not shared with another clone', async () => {
    const other = await testDatabase();
    await other.db.execute(`insert into partner_state (partner) values ('dvclt')`);
    expect(await database.db.query('select 1 from partner_state')).toEqual([]);
    await other.drop();
  });

  it('answers only while it runs', async () => {
    expect(await answersApiVersions(1)).toBe(false);
  });
});
