import { testDatabase, type TestDatabase } from '#testing';
import { placeWebhook } from './adapters/webhook-store';
import { readWebhooks } from './app/read-webhooks';
import type { UnitsOf } from './ports';

const OWN = '99001';
const OTHER = '99002';
const AT = new Date('2026-03-02T02:00:00Z');

describe('how far a webhook is behind', () => {
  let database: TestDatabase;
  let accounts: Record<string, readonly string[] | null>;
  beforeEach(async () => {
    database = await testDatabase();
    accounts = { commune: [OWN], province: null, nobody: [] };
  });
  afterEach(() => database.drop());

  const unitsOf: UnitsOf = async (client) => accounts[client];
  /** One event of each of these communes, in this order; of none where it is null. */
  const happen = async (...units: (string | null)[]): Promise<void> => {
    await database.db.run(async (tx) => {
      await tx.execute(
        `insert into event_log (position, event_id, type, at, unit, codes, data)
         select next_position + n - 1, gen_random_uuid(), 'vn.lienthong.dossier.accepted.v1', now(), unit, '{}', '{}'
         from sequencer, unnest($1::text[]) with ordinality as given(unit, n) where id = 1`,
        [units],
      );
      await tx.execute('update sequencer set next_position = next_position + $1 where id = 1', [units.length]);
    });
  };
  /** So many of the other commune. */
  const elsewhere = (count: number): Promise<void> => happen(...Array.from({ length: count }, () => OTHER));
  const placed = async (client?: string, startAfter = 0): Promise<void> => {
    const id = client ?? 'everything';
    await placeWebhook(database.db, id, startAfter, AT);
  };
  const lagOf = async (client?: string) => {
    const [row] = await readWebhooks(database.db, [{ id: client ?? 'everything', client }], unitsOf);
    return [row.client, row.lagPositions, row.isLagLowerBound];
  };

  const behind = async (client?: string): Promise<number> =>
    (await readWebhooks(database.db, [{ id: client ?? 'everything', client }], unitsOf))[0].behindPositions;

  it('counts what waits of the communes of its account, and what is of none only for who has no limit', async () => {
    await happen(OWN, OTHER, null, OWN, OTHER);
    for (const client of ['commune', 'province', 'nobody', undefined]) await placed(client);
    expect(await lagOf('commune')).toEqual(['commune', 2, false]);
    expect(await lagOf('province')).toEqual(['province', 5, false]);
    expect(await lagOf('nobody')).toEqual(['nobody', 0, false]);
    expect(await lagOf()).toEqual([null, 5, false]);
    accounts.commune = [OWN, OTHER];
    expect(await lagOf('commune')).toEqual(['commune', 4, false]);
  });

  it('does not count what was taken or passed by, nor wait for events that are still to come', async () => {
    await happen(OWN, OTHER, OWN);
    await placed('commune', 1);
    await placed(undefined, 7);
    expect(await lagOf('commune')).toEqual(['commune', 1, false]);
    expect(await lagOf()).toEqual([null, 0, false]);
    await happen(OTHER);
    expect(await lagOf('commune')).toEqual(['commune', 1, false]);
  });

  it('does not know what waits in the name of an account that is not there', async () => {
    await happen(OWN);
    await placed('gone');
    expect(await lagOf('gone')).toEqual(['gone', null, false]);
    expect(await behind('gone')).toBe(1);
  });

  it('tells the distance to the end of the feed, too, where none of its communes is near', async () => {
    await elsewhere(10_500);
    await happen(OWN);
    await placed('commune');
    expect(await lagOf('commune')).toEqual(['commune', 0, true]);
    expect(await behind('commune')).toBe(10_501);
    await placed(undefined, 20_000);
    expect(await behind()).toBe(0);
  });

  it('looks through 10,000 positions, and says so when there are more behind them', async () => {
    await happen(OWN);
    await elsewhere(9_998);
    await happen(OWN);
    for (const client of ['commune', undefined]) await placed(client);
    expect(await lagOf('commune')).toEqual(['commune', 2, false]);
    await happen(OWN);
    expect(await lagOf('commune')).toEqual(['commune', 2, true]);
    expect(await lagOf()).toEqual([null, 10_001, false]);
    await placed('province');
    expect(await lagOf('province')).toEqual(['province', 10_001, false]);
  });
});
