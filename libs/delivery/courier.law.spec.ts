import { systemClock } from '#platform';
import { seededRandom, until } from '#testing';
import { Courier } from './app/courier';
import type { CallResult, ProbeResult } from './ports';
import { DeliveryBench } from './testing/delivery-bench';
import { ACCEPTED, ScriptedPartner, TEST_POLICY } from './testing/scripted-partner';

const SEED = Number(process.env.SEED ?? 20_260_302);
const LANES = process.env.SOAK ? 400 : 40;
const PER_LANE = process.env.SOAK ? 20 : 6;

/** Law 3: deliveries of one lane go in order, one at a time, whatever fails and however many couriers run. */
describe(`lanes under concurrency, seed ${SEED}`, () => {
  let bench: DeliveryBench;
  beforeAll(async () => {
    bench = await DeliveryBench.open(systemClock);
  });
  afterAll(() => bench.close());

  it('never runs a lane twice at once and never lets a delivery overtake', async () => {
    const random = seededRandom(SEED);
    const open = new Map<string, string>();
    const faults: string[] = [];
    const finished = new Map<string, string[]>();
    const outcomeOf = (dossierId: string, deliveryId: string): CallResult => {
      const chance = random();
      if (chance < 0.15) return { outcome: 'retry', wire: 'answered', reasonCode: 'http.429' };
      if (chance < 0.25) return { outcome: 'unknown', wire: 'written', reasonCode: 'http.5xx' };
      finished.set(dossierId, [...(finished.get(dossierId) ?? []), deliveryId]);
      return ACCEPTED;
    };
    const couriers = ['worker-a', 'worker-b', 'worker-c'].map((workerId) => {
      const partner = new ScriptedPartner('dvclt', {
        ...TEST_POLICY,
        firstRetryMs: 4,
        maxRetryMs: 8,
        maxAttempts: 1_000,
        absentAfterMs: 1,
      });
      const exclusively = async <T>(deliveryId: string, dossierId: string, work: () => T): Promise<T> => {
        const other = open.get(dossierId);
        if (other) faults.push(`${deliveryId} of ${workerId} ran beside ${other}`);
        open.set(dossierId, deliveryId);
        await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 4)));
        open.delete(dossierId);
        return work();
      };
      partner.answer = ({ task }) =>
        exclusively(task.deliveryId, task.dossier.id, () => outcomeOf(task.dossier.id, task.deliveryId));
      partner.probeAnswer = ({ task }) =>
        exclusively(task.deliveryId, task.dossier.id, (): ProbeResult => ({
          verdict: 'cannot-tell',
          askedAt: new Date(),
          call: ACCEPTED,
        }));
      return new Courier(bench.deps(partner, workerId), { pollMs: 5 });
    });
    const dossierIds = await bench.newDossiers(LANES);
    try {
      for (const courier of couriers) courier.start();
      // Facts come while the couriers run, and not in the order of their lanes.
      for (let seq = 1; seq <= PER_LANE; seq++) {
        await Promise.all(dossierIds.map((dossierId) => bench.enqueue(dossierId, [seq])));
      }
      await until(
        async () => (await bench.db.query(`select 1 from delivery where status <> 'settled' limit 1`)).length === 0,
        process.env.SOAK ? 300_000 : 60_000,
        async () => JSON.stringify(await bench.db.query('select status, count(*)::int from delivery group by 1')),
      );
    } finally {
      await Promise.all(couriers.map((courier) => courier.stop()));
    }
    expect(faults).toEqual([]);
    for (const dossierId of dossierIds) {
      expect(finished.get(dossierId)).toEqual((await bench.deliveries(dossierId)).map((one) => one.id));
    }
  }, 400_000);
});
