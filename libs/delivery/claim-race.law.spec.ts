import { systemClock } from '#platform';
import { seededRandom, until } from '#testing';
import { CLAIM_LANES, claimLanes } from './app/claim-lanes';
import { settleAttempts } from './app/settle-attempts';
import type { ClaimedDelivery, FinishedAttempt } from './domain/attempt';
import { DeliveryBench } from './testing/delivery-bench';
import { ACCEPTED, ScriptedPartner } from './testing/scripted-partner';

const SEED = Number(process.env.SEED ?? 7_305);
const PER_LANE = process.env.SOAK ? 2_000 : 60;
const DEADLINE_MS = process.env.SOAK ? 600_000 : 60_000;

/** The race that the claim guards: a lane is claimed, settled and freed by another worker between the snapshot and the lock of ours. */
describe(`claims against claims, settlements and new heads, seed ${SEED}`, () => {
  let bench: DeliveryBench;
  beforeAll(async () => {
    bench = await DeliveryBench.open(systemClock);
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  const accepted = (claim: ClaimedDelivery): FinishedAttempt => ({
    id: bench.ids.next(),
    claim,
    tried: { kind: 'call', result: ACCEPTED },
    startedAt: claim.claimedAt,
    endedAt: new Date(),
  });

  it('leases a lane only together with its head', async () => {
    const random = seededRandom(SEED);
    const partner = new ScriptedPartner();
    const dossierIds = await bench.newDossiers(4);
    const total = dossierIds.length * PER_LANE;
    const started = new Map<string, string[]>();
    let settledCount = 0;
    const endsAt = Date.now() + DEADLINE_MS;
    const feed = async (): Promise<void> => {
      for (let seq = 1; seq <= PER_LANE; seq++) {
        await Promise.all(dossierIds.map((dossierId) => bench.enqueue(dossierId, [seq])));
      }
    };
    const work = async (workerId: string): Promise<void> => {
      const deps = bench.deps(partner, workerId);
      // A lane that was leased without its head stands for ever: then the time runs out.
      while (settledCount < total && Date.now() < endsAt) {
        const maxLanes = 1 + Math.floor(random() * 4);
        const claims = await claimLanes(bench.db, {
          partner: 'dvclt',
          workerId,
          maxLanes,
          deadlineMs: 10_000,
          now: new Date(),
        });
        for (const claim of claims) {
          started.set(claim.dossierId, [...(started.get(claim.dossierId) ?? []), claim.deliveryId]);
        }
        await settleAttempts(claims.map(accepted), deps);
        settledCount += claims.length;
      }
    };
    await Promise.all([feed(), ...['a', 'b', 'c', 'd', 'e', 'f'].map(work)]);
    expect(await bench.db.query('select dossier_id from lane where lease_owner is not null')).toEqual([]);
    for (const dossierId of dossierIds) {
      const deliveries = await bench.deliveries(dossierId);
      expect(deliveries.filter((one) => one.status !== 'settled')).toEqual([]);
      expect(started.get(dossierId)).toEqual(deliveries.map((one) => one.id));
    }
  }, 700_000);

  describe('when the lane changes between the snapshot and the lock', () => {
    const GUARD = 'l.xmin::text = due.seen';
    // Makes a claim stand still after its snapshot was taken and before it locks, until the test lets it go on.
    const GATE = '(select pg_advisory_xact_lock_shared(7305)::text) is not null';

    /** Runs a claim whose snapshot is older than `meanwhile`; ids of what it took. */
    const claimAround = async (condition: string, meanwhile: () => Promise<void>): Promise<string[]> => {
      const statement = CLAIM_LANES.replace(GUARD, condition);
      expect(statement).toContain(GATE);
      // Later than whatever happens meanwhile, so that only the guard decides.
      const now = new Date(Date.now() + 60_000);
      let claiming: Promise<{ deliveryId: string | null }[]> = Promise.resolve([]);
      await bench.db.run(async (gate) => {
        await gate.query('select pg_advisory_xact_lock(7305)');
        claiming = bench.db.query(statement, [
          'dvclt',
          now,
          10,
          'slow',
          new Date(now.getTime() + 15_000),
          ...Array.from({ length: 6 }, () => null),
        ]);
        const isWaiting = async () =>
          (await bench.db.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`)).length > 0;
        await until(isWaiting, 5_000, 'the claim at its gate');
        await meanwhile();
      });
      return (await claiming).map((row) => row.deliveryId).filter((id) => id !== null);
    };
    const claimAndSettle = async (): Promise<void> => {
      const claims = await claimLanes(bench.db, {
        partner: 'dvclt',
        workerId: 'fast',
        maxLanes: 10,
        deadlineMs: 10_000,
        now: new Date(),
      });
      expect(claims).toHaveLength(1);
      await settleAttempts(claims.map(accepted), bench.deps(new ScriptedPartner(), 'fast'));
    };

    it('does not lease a lane whose head another worker has settled meanwhile', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [1, 2]);
      expect(await claimAround(`${GUARD} and ${GATE}`, claimAndSettle)).toEqual([]);
      expect(await bench.lane(dossierId)).toMatchObject({ leaseOwner: null, fence: '1' });
      // What the guard is for: without it the lane is leased, and nobody has its head.
      const other = await bench.newDossier();
      await bench.clear();
      await bench.enqueue(other, [1, 2]);
      expect(await claimAround(GATE, claimAndSettle)).toEqual([]);
      expect(await bench.lane(other)).toMatchObject({ leaseOwner: 'slow' });
    });

    it('does not let the head of before overtake a new one', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [2]);
      expect(await claimAround(`${GUARD} and ${GATE}`, async () => void (await bench.enqueue(dossierId, [1])))).toEqual(
        [],
      );
      expect(await bench.statuses(dossierId)).toEqual(['queued', 'queued']);
      const other = await bench.newDossier();
      await bench.clear();
      await bench.enqueue(other, [2]);
      expect(await claimAround(GATE, async () => void (await bench.enqueue(other, [1])))).toHaveLength(1);
      expect(await bench.statuses(other)).toEqual(['queued', 'in-flight']);
    });
  });
});
