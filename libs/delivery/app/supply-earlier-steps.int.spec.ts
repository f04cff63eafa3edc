import { fixedClock } from '#testing';
import type { CallResult } from '../ports';
import { DeliveryBench, newDelivery } from '../testing/delivery-bench';
import { ACCEPTED, ScriptedPartner, TEST_POLICY } from '../testing/scripted-partner';
import { claimLanes } from './claim-lanes';
import { settleAttempts } from './settle-attempts';
import { taskOf } from './try-delivery';

const PATH = [1, 3, 7, 4, 5];

/** DVCLT's order rule as a scripted partner: `has` is where it stands; a push that is ahead of the next step is missing the one before. */
class OrderedPartner extends ScriptedPartner {
  readonly sent: number[] = [];
  constructor(public has: number) {
    super('dvclt', { ...TEST_POLICY, firstRetryMs: 0, maxRetryMs: 0, maxAttempts: 6 });
    this.answer = ({ task }) => this.take(Number(task.facts.status));
  }
  private take(status: number): CallResult {
    this.sent.push(status);
    const [at, wanted] = [PATH.indexOf(this.has), PATH.indexOf(status)];
    if (wanted <= at) return { ...ACCEPTED, outcome: 'already-applied', proves: { provenStatus: this.has } };
    if (wanted === at + 1) {
      this.has = status;
      return ACCEPTED;
    }
    return {
      outcome: 'retry',
      wire: 'answered',
      reasonCode: 'dvclt.earlier-step-missing',
      needsEarlier: PATH.slice(0, wanted).slice(-1),
    };
  }
}

/** Law of DESIGN §6: a missing earlier step is supplied from the journal's evidence, never invented. */
describe('an earlier step that DVCLT lacks [Q14]', () => {
  const clock = fixedClock();
  let bench: DeliveryBench;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  /** A lane in which the statuses before `next` are settled by our books, whatever DVCLT thinks. */
  const laneUpTo = async (statuses: readonly number[], next: number): Promise<string> => {
    const dossierId = await bench.newDossier();
    for (const [at, status] of [...statuses, next].entries())
      await bench.enqueue(dossierId, [at + 1], { facts: { ...newDelivery('dvclt', dossierId, at + 1).facts, status } });
    await bench.db.execute(
      `update delivery set status = 'settled', outcome = 'accepted', settled_at = $2, content_ref = $3 where dossier_id = $1 and caused_seq <= $4`,
      [dossierId, clock.now(), bench.ids.next(), statuses.length],
    );
    return dossierId;
  };
  /** Runs the lane until nothing is due, as a courier would. */
  const run = async (partner: OrderedPartner): Promise<void> => {
    for (let step = 0; step < 40; step++) {
      const options = { partner: 'dvclt' as const, workerId: 'w', maxLanes: 1, deadlineMs: 10_000, now: clock.now() };
      const [claim] = await claimLanes(bench.db, options);
      if (!claim) return;
      const result = await partner.send(
        taskOf(claim),
        { body: Buffer.from('{}') },
        AbortSignal.timeout(1_000),
        () => true,
      );
      const attempt = { id: bench.ids.next(), claim, tried: { kind: 'call' as const, result } };
      await settleAttempts([{ ...attempt, startedAt: clock.now(), endedAt: clock.now() }], bench.deps(partner, 'w'));
    }
    throw new Error('the lane does not come to rest');
  };
  const lane = (dossierId: string) =>
    bench.db.query<{ status: string; number: number; replay: number; seq: number }>(
      `select status, (facts ->> 'status')::integer as number, replay_number as replay, caused_seq as seq from delivery
       where dossier_id = $1 order by caused_seq, replay_number, step`,
      [dossierId],
    );

  it.each([
    [[1, 3], 7, 1, [7, 3, 7]],
    [[1, 3, 7], 4, 3, [4, 7, 4]],
    [[1, 3, 7, 4], 5, 7, [5, 4, 5]],
    [[1, 3, 7], 4, 1, [4, 7, 3, 7, 4]],
    [[1, 3, 7, 4], 5, 1, [5, 4, 7, 3, 7, 4, 5]],
    [[1, 3, 7, 4], 5, 3, [5, 4, 7, 4, 5]],
  ])('of the steps %j before %i, with DVCLT at %i, sends %j', async (statuses, next, has, sent) => {
    const dossierId = await laneUpTo(statuses, next);
    const partner = new OrderedPartner(has);
    await run(partner);
    expect(partner.sent).toEqual(sent);
    expect(partner.has).toBe(next);
    const rows = await lane(dossierId);
    expect(rows.every((row) => row.status === 'settled')).toBe(true);
    // Nothing has another cause than the step that it repeats.
    expect(
      rows
        .filter((row) => row.replay > 0)
        .map((row) => row.number)
        .sort(),
    ).toEqual([...new Set(sent.filter((status) => status !== next))].sort());
    for (const row of rows) expect(row.number).toBe([...statuses, next][row.seq - 1]);
    const kinds = await bench.db.query<{ kind: string }>(
      `select kind from synclog_entry where dossier_id = $1 and kind = 'delivery.supplied'`,
      [dossierId],
    );
    expect(kinds).toHaveLength(rows.filter((row) => row.replay > 0).length);
  });

  it('repeats the bytes and facts of the step as it was', async () => {
    const dossierId = await laneUpTo([1, 3], 7);
    await run(new OrderedPartner(1));
    const [, before, again] = await bench.db.query<{ facts: object; ref: string; seq: number }>(
      `select facts, content_ref as ref, caused_seq as seq from delivery where dossier_id = $1 order by caused_seq, replay_number`,
      [dossierId],
    );
    expect(again).toEqual(before);
  });

  it('is not invented where no such step was ever sent: a person has to look', async () => {
    const dossierId = await laneUpTo([1], 7);
    const partner = new OrderedPartner(1);
    await run(partner);
    expect(partner.sent.every((status) => status === 7)).toBe(true);
    expect(await lane(dossierId)).toMatchObject([{ status: 'settled' }, { status: 'dead', number: 7, replay: 0 }]);
    expect(await bench.journal(dossierId)).toContain('delivery.dead-lettered');
  });

  it('is not a 2: sent again after its supplement came it would ask the citizen anew', async () => {
    const dossierId = await laneUpTo([1, 2], 3);
    const partner = new OrderedPartner(2);
    await run(partner);
    expect(partner.sent.every((status) => status === 3)).toBe(true);
    expect((await lane(dossierId)).map((row) => row.status)).toEqual(['settled', 'settled', 'dead']);
  });

  it('is supplied a bounded number of times to a partner that forgets it again and again', async () => {
    const dossierId = await laneUpTo([1, 3], 7);
    const partner = new OrderedPartner(1);
    const take = partner.answer;
    partner.answer = (call) => {
      const result = take(call);
      partner.has = 1;
      return result;
    };
    await run(partner);
    expect((await lane(dossierId)).filter((row) => row.number === 3)).toHaveLength(4);
    expect((await lane(dossierId)).at(-1)).toMatchObject({ status: 'dead', number: 7 });
  });

  it('is not supplied when the refused step has used up its own tries', async () => {
    const dossierId = await laneUpTo([1, 3], 7);
    await bench.db.execute('update delivery set attempts = 5 where dossier_id = $1 and caused_seq = 3', [dossierId]);
    await run(new OrderedPartner(1));
    expect((await lane(dossierId)).map((row) => [row.number, row.status])).toEqual([
      [1, 'settled'],
      [3, 'settled'],
      [7, 'dead'],
    ]);
  });
});
