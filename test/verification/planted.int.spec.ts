import { Client } from 'pg';
import { verifyState, VIOLATION_CODES, type Violation } from '#verification';
import { healthyState, type HealthyState } from './healthy-state';
import { PLANTS, type Plant } from './plants';
import { putPlant, type PlantedAt } from './put-plant';
import { SmallJourney } from './small-journey';

const nameOf = ({ code, how }: Plant): string => (how ? `${code} ${how}` : code);

/** One database for all: each plant has a dossier of its own, so that one healthy state is enough. */
describe('a violation that was planted', () => {
  let journey: SmallJourney;
  let state: HealthyState;
  let healthy: Violation[];
  let settled: Violation[];
  let running: Violation[];
  /** Where each plant was put. */
  const planted = new Map<Plant, PlantedAt>();

  beforeAll(async () => {
    journey = await SmallJourney.open();
    state = await healthyState(journey, PLANTS.length + 10);
    const { url: databaseUrl, ownerUrl } = journey.world.test;
    const { ledgerUrl } = journey;
    healthy = await verifyState({ databaseUrl, ledgerUrl, settled: true });
    const lines = journey.ledger.list();
    const owner = new Client({ connectionString: ownerUrl });
    await owner.connect();
    try {
      await owner.query('set session_replication_role = replica');
      for (const [index, plant] of PLANTS.entries())
        planted.set(plant, await putPlant(owner, plant, { lines, dvclt: plant.on?.(state) ?? state.finished[index] }));
    } finally {
      await owner.end();
    }
    journey.shownLedger = lines;
    settled = await verifyState({ databaseUrl, ledgerUrl, settled: true, maxPerCode: 1_000 });
    running = await verifyState({ databaseUrl, ledgerUrl, maxPerCode: 1_000 });
  }, 240_000);
  afterAll(() => journey?.end());

  it('is not there before', () => {
    expect(healthy).toEqual([]);
  });

  it.each(PLANTS.map((plant) => [nameOf(plant), plant] as const))('is named: %s', (_name, plant) => {
    const { dossierId, subject } = planted.get(plant)!;
    const found = plant.isWhileRunning ? running : settled;
    expect(found).toContainEqual(
      expect.objectContaining({
        code: plant.code,
        ...(plant.isGlobal ? {} : { dossierId }),
        ...(subject ? { subject } : plant.isGlobal ? { dossierId: null } : {}),
        sentence: expect.stringMatching(/./) as string,
      }),
    );
  });

  it('is planted for every code there is', () => {
    expect([...new Set(PLANTS.map((plant) => plant.code))].sort()).toEqual([...VIOLATION_CODES].sort());
  });

  it('makes no suspect of a dossier that was left alone', async () => {
    const ground = new Set([...planted.values()].map((one) => one.dossierId));
    const ids = await journey.world.test.db.query<{ id: string }>('select id from dossier');
    const untouched = ids.map(({ id }) => id).filter((id) => !ground.has(id));
    expect(untouched.length).toBeGreaterThan(20);
    // The first position that the planted relay has not handed over, and the last leaf, which the planted sealer has not sealed, belong to whichever dossier
    // came first and last.
    const byPlace = ['stuck.event-not-relayed', 'stuck.entry-not-sealed'];
    const suspects = settled.filter((one) => untouched.includes(one.dossierId ?? '') && !byPlace.includes(one.code));
    expect(suspects).toEqual([]);
  });
});
