import { Client } from 'pg';
import { inspectState } from '#verification';
import { healthyState } from './healthy-state';
import { SmallJourney } from './small-journey';

describe('a state whose sync log is in the archive', () => {
  let journey: SmallJourney;
  let owner: Client;
  beforeAll(async () => {
    journey = await SmallJourney.open();
    await healthyState(journey, 1);
    owner = new Client({ connectionString: journey.world.test.ownerUrl });
    await owner.connect();
  }, 120_000);
  afterAll(async () => {
    await owner?.end();
    await journey?.end();
  });

  const inspected = () => {
    const { ledgerUrl, world } = journey;
    return inspectState({ databaseUrl: world.test.url, ledgerUrl, settled: true });
  };

  it('is not taken for one whose log is lost, and is compared with everything else', async () => {
    const before = await inspected();
    expect(before).toMatchObject({ isClean: true, logArchived: 0 });
    await owner.query('delete from synclog_entry');
    const lost = await inspected();
    expect(Object.keys(lost.counts)).toEqual(
      expect.arrayContaining(['unexplained.attempt-not-logged', 'unexplained.entry-not-as-sealed']),
    );
    await owner.query(
      `insert into synclog_archive
       select '2020-01', (next_leaf / 256 + 1) * 256, now() + interval '1 day', now(), gen_random_uuid() from sequencer`,
    );
    await owner.query(`update receipt set leaf_index = 0`);
    const archived = await inspected();
    expect(archived).toMatchObject({ isClean: true, logArchived: before.dossiers });
    await owner.query(`delete from attempt where number = 1`);
    expect((await inspected()).isClean).toBe(false);
  });
});
