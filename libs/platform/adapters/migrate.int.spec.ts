import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '#testing';
import { migrate } from './migrate';

const INDEXES = ['vault_key_master', 'vault_object_large', 'vault_object_place'];

describe('indexes of large tables that come with a new version', () => {
  let test: TestDatabase;
  let owner: Client;
  beforeAll(async () => {
    test = await testDatabase();
    owner = new Client({ connectionString: test.ownerUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await test.drop();
  });

  const valid = async (): Promise<string[]> => {
    const { rows } = await owner.query<{ name: string }>(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relname = any($1) and i.indisvalid order by c.relname`,
      [INDEXES],
    );
    return rows.map(({ name }) => name);
  };
  const insertKey = `insert into vault_key (id, owner_kind, owner_id, master_key_id, wrapped, created_at)
    values (gen_random_uuid(), 'dossier', gen_random_uuid(), 'k', '\\x00', now())`;

  it('are built while content is sealed, by one of two starters, and again after a build that was killed', async () => {
    expect(await valid()).toEqual(INDEXES);
    await owner.query(`delete from schema_migration where name = 'VaultIndexes1700000000016'`);
    await owner.query(`drop index vault_key_master, vault_object_place`);
    await owner.query(`update pg_index set indisvalid = false where indexrelid = 'vault_object_large'::regclass`);
    await owner.query('begin');
    await owner.query(insertKey);
    const { rows: own } = await owner.query<{ pid: number }>(`select pg_backend_pid() as pid`);
    const starters = Promise.all([migrate(test.ownerUrl), migrate(test.ownerUrl)]);
    starters.catch(() => undefined);
    for (let builds = 0; builds === 0;) {
      const rows = await test.db.query(
        `select from pg_locks where not granted and locktype = 'virtualxid' and $1 = any(pg_blocking_pids(pid))`,
        [own[0].pid],
      );
      builds = rows.length;
    }
    // Somebody seals while it waits for the transaction before it.
    expect(await test.db.execute(insertKey)).toBe(1);
    await owner.query('commit');
    expect((await starters).flat()).toEqual(['VaultIndexes1700000000016']);
    expect(await valid()).toEqual(INDEXES);
  });
});
