import { systemClock } from '#platform';
import { seededRandom } from '#testing';
import { claimLanes } from './app/claim-lanes';
import { settleAttempts } from './app/settle-attempts';
import type { FinishedAttempt } from './domain/attempt';
import { DeliveryBench } from './testing/delivery-bench';
import { ACCEPTED, ScriptedPartner } from './testing/scripted-partner';

const SEED = Number(process.env.SEED ?? 7_305);
const ROUNDS_MS = process.env.SOAK ? 60_000 : 3_000;

/** The race that the claim guards: a lane is claimed, settled and freed by another worker between the snapshot and the lock of ours. */
describe(`claims against claims, settlements and new heads, seed ${SEED}`, () => {
  let bench: DeliveryBench;
  beforeAll(async () => {
    bench = await DeliveryBench.open(systemClock);
  });
  afterAll(() => bench.close());

  it('leases a lane only together with its head', async () => {
    const random = seededRandom(SEED);
    const partner = new ScriptedPartner();
    const dossierIds = await bench.newDossiers(4);
    let seq = 0;
    const endsAt = Date.now() + ROUNDS_MS;
    const started = new Map<string, string[]>();
    const feed = async (): Promise<void> => {
      while (Date.now() < endsAt) {
        seq += 1;
        await Promise.all(dossierIds.map((dossierId) => bench.enqueue(dossierId, [seq])));
      }
    };
    const work = async (workerId: string): Promise<void> => {
      const deps = bench.deps(partner, workerId);
      while (Date.now() < endsAt) {
        const maxLanes = 1 + Math.floor(random() * 4);
        const claims = await claimLanes(bench.db, {
          partner: 'dvclt',
          workerId,
          maxLanes,
          deadlineMs: 10_000,
          now: new Date(),
        });
        for (const claim of claims)
          started.set(claim.dossierId, [...(started.get(claim.dossierId) ?? []), claim.deliveryId]);
        const attempts = claims.map((claim): FinishedAttempt => ({
          id: bench.ids.next(),
          claim,
          tried: { kind: 'call', result: ACCEPTED },
          startedAt: claim.claimedAt,
          endedAt: new Date(),
        }));
        await settleAttempts(attempts, deps);
      }
    };
    await Promise.all([feed(), ...['a', 'b', 'c', 'd', 'e'].map(work)]);
    const leased = await bench.db.query(`select dossier_id from lane where lease_owner is not null`);
    expect(leased).toEqual([]);
    for (const dossierId of dossierIds) {
      const inOrder = (await bench.deliveries(dossierId))
        .filter((one) => one.status === 'settled')
        .map((one) => one.id);
      expect(inOrder.length).toBeGreaterThan(5);
      expect(started.get(dossierId)).toEqual(inOrder);
    }
  }, 120_000);
});
