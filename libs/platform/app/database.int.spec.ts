import { testDatabase, type TestDatabase } from '#testing';
import type { Tx } from './database';

describe('a transaction', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await testDatabase()), 60_000);
  afterAll(() => database.drop());

  const note = (tx: Tx, partner: string): void => tx.send('insert into partner_state (partner) values ($1)', [partner]);
  const known = async (): Promise<string[]> =>
    (await database.db.query<{ partner: string }>('select partner from partner_state order by partner')).map(
      (row) => row.partner,
    );
  afterEach(() => database.db.execute('delete from partner_state where $1', [true]));

  it('carries out what was only sent before what is asked after it', async () => {
    const seen = await database.db.run(async (tx) => {
      note(tx, 'a');
      note(tx, 'b');
      return tx.query<{ partner: string }>('select partner from partner_state order by partner');
    });
    expect(seen.map((row) => row.partner)).toEqual(['a', 'b']);
    expect(await known()).toEqual(['a', 'b']);
  });

  it('fails with the error of a statement that was only sent, and keeps nothing', async () => {
    const failing = database.db.run(async (tx) => {
      note(tx, 'a');
      note(tx, 'a');
      note(tx, 'c');
      await Promise.resolve();
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await known()).toEqual([]);
  });

  it('names the error that came first when a later statement was refused because of it', async () => {
    const failing = database.db.run(async (tx) => {
      note(tx, 'a');
      note(tx, 'a');
      await tx.query('select 1 where $1', [true]);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
  });

  it('throws what the work threw, and keeps nothing', async () => {
    const failing = database.db.run((tx) => {
      note(tx, 'a');
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await known()).toEqual([]);
  });

  it('does not commit when a check finds another number of rows', async () => {
    const failing = database.db.run((tx) => {
      note(tx, 'a');
      tx.send('update partner_state set openings = 1 where partner = $1', ['b'], (rows) =>
        rows === 1 ? undefined : new Error(`${rows} rows`),
      );
    });
    await expect(failing).rejects.toThrow('0 rows');
    expect(await known()).toEqual([]);
  });

  it('does not pass for committed when a failed statement was passed over', async () => {
    const failing = database.db.run(async (tx) => {
      note(tx, 'a');
      await tx.query('select 1 / $1::int', [0]).catch(() => undefined);
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await known()).toEqual([]);
  });

  it('is closed to a branch of its work that nobody waited for', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const failing = database.db.run(async (tx) => {
      const branch = async (): Promise<void> => {
        await tx.query('select pg_sleep(0.01)');
        await tx.query('select 1 as one');
        note(tx, 'late');
      };
      late = branch();
      await tx.query('select 1 / 0 as none');
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    await expect(late).rejects.toThrow();
    let left: Tx | undefined;
    await database.db.run((tx) => void (left = tx));
    await expect(left!.query('select 1 as one')).rejects.toThrow('the transaction is over');
    expect(await known()).toEqual([]);
  });

  it('leaves its connection usable after each of these', async () => {
    await expect(database.db.run((tx) => tx.query('select 1 / $1::int', [0]))).rejects.toMatchObject({ code: '22012' });
    await database.db.run((tx) => note(tx, 'z'));
    expect(await known()).toEqual(['z']);
  });
});
