import { fixedClock } from '#testing';
import { claimLanes } from '../app/claim-lanes';
import { settleAttempts } from '../app/settle-attempts';
import { DeliveryBench } from '../testing/delivery-bench';
import { ScriptedPartner } from '../testing/scripted-partner';
import { findDelivery, listDeadLetters, listDeliveries, listPartnerWork } from './delivery-reads';

const clock = fixedClock();

describe('reading deliveries', () => {
  let bench: DeliveryBench;
  let dossierIds: string[];
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
    dossierIds = await bench.newDossiers(3);
    for (const dossierId of dossierIds) await bench.enqueue(dossierId, [1, 2]);
    const [claim] = await claimLanes(bench.db, {
      partner: 'dvclt',
      workerId: 'worker-a',
      maxLanes: 1,
      deadlineMs: 10_000,
      now: clock.now(),
    });
    const result = {
      outcome: 'refused',
      wire: 'answered',
      reasonCode: 'dvclt.refused',
      httpStatus: 200,
      rule: { id: 'field-empty', version: 3 },
    } as const;
    const attempt = {
      id: bench.ids.next(),
      claim,
      tried: { kind: 'call', result },
      startedAt: clock.now(),
      endedAt: clock.now(),
    } as const;
    await settleAttempts([attempt], bench.deps(new ScriptedPartner(), 'worker-a'));
  });
  afterAll(() => bench.close());

  it('pages through all of them once, in the order of their making', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listDeliveries(bench.db, { limit: 4, ...(after === undefined ? {} : { after }) });
      seen.push(...page.items.map((one) => one.id));
      after = page.next ?? undefined;
    } while (after !== undefined);
    const all = await bench.db.query<{ id: string }>('select id from delivery order by id');
    expect(seen).toEqual(all.map((row) => row.id));
    expect(seen).toHaveLength(6);
  });

  it('filters by status, dossier, partner and the units that a client may see', async () => {
    expect((await listDeliveries(bench.db, { status: 'queued' })).items).toHaveLength(5);
    expect((await listDeliveries(bench.db, { dossierId: dossierIds[0] })).items).toHaveLength(2);
    expect((await listDeliveries(bench.db, { partner: 'hotich' })).items).toEqual([]);
    expect((await listDeliveries(bench.db, { units: ['99001'] })).items).toEqual([]);
    expect((await listDeliveries(bench.db, { units: ['99001', '00123'] })).items).toHaveLength(6);
  });

  it('shows a dead letter with its codes, its rule and its attempts', async () => {
    const { items, next } = await listDeadLetters(bench.db);
    expect(next).toBeNull();
    expect(items).toMatchObject([
      {
        status: 'dead',
        dueAt: null,
        reasonCode: 'dvclt.refused',
        rule: { id: 'field-empty', version: 3 },
        codes: { dvclt: expect.stringMatching(/^G22\.99/) },
      },
    ]);
    expect(await findDelivery(bench.db, items[0].id)).toMatchObject({
      id: items[0].id,
      attemptList: [{ number: 1, kind: 'call', outcome: 'refused', wire: 'answered', httpStatus: 200, isLate: false }],
    });
    expect(await findDelivery(bench.db, bench.ids.next())).toBeUndefined();
  });

  it('counts what lies before each partner', async () => {
    expect(await listPartnerWork(bench.db, clock.now())).toEqual([
      {
        partner: 'dvclt',
        queued: 5,
        inFlight: 0,
        waiting: 0,
        unknown: 0,
        dead: 1,
        parkedLanes: 1,
        oldestAt: clock.now(),
        holds: 0,
      },
    ]);
  });
});
