import fc from 'fast-check';
import { createSyncLog } from '#synclog';
import { AppError } from '#platform';
import { fixedClock, assertLaw, LAW_SEED, lawRun } from '#testing';
import { claimFromHolds } from './app/claim-from-holds';
import { LaneClaims } from './app/claim-lanes';
import { placeHold, type HoldDeps } from './app/place-hold';
import { releaseHold } from './app/release-hold';
import { settleAttempts } from './app/settle-attempts';
import { readHolds } from './adapters/hold-store';
import type { ClaimedDelivery, FinishedAttempt } from './domain/attempt';
import { DeliveryBench } from './testing/delivery-bench';
import { HoldModel, type HeadOfLane } from './testing/hold-model';
import { ACCEPTED, ScriptedPartner } from './testing/scripted-partner';
import type { CallResult } from './ports';

const OPERATIONS = ['push-status', 'acknowledge-receipt'] as const;
const UNITS = ['00123', '00124'] as const;
const LANES = 12;
const SLOTS = 6;
const ANSWERS: Readonly<Record<'accepted' | 'refused' | 'retry' | 'unknown', CallResult>> = {
  accepted: ACCEPTED,
  refused: { outcome: 'refused', wire: 'answered', reasonCode: 'test.refused' },
  retry: { outcome: 'retry', wire: 'not-written', reasonCode: 'test.retry' },
  unknown: { outcome: 'unknown', wire: 'written', reasonCode: 'test.no-answer' },
};
type Answer = keyof typeof ANSWERS;

/** What may happen to a partner whose lanes are held, in any order. */
type Act =
  | { kind: 'enqueue'; lanes: number[]; operation: number; unit: number }
  | { kind: 'place'; operation?: number; unit?: number; lane?: number; inMs?: number; forMs?: number; rate?: number }
  | { kind: 'release'; which: number; rate: number | null; canary: boolean }
  | { kind: 'claim' | 'race' }
  | { kind: 'settle'; count: number; answer: Answer }
  | { kind: 'wait'; ms: number };

const oneOf = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: count - 1 });
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const rate = fc.constantFrom(0.5, 1, 2);
const ACTS: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('enqueue' as const),
      lanes: fc.uniqueArray(oneOf(LANES), { minLength: 1, maxLength: LANES, size: 'max' }),
      operation: oneOf(2),
      unit: oneOf(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      operation: some(oneOf(2)),
      unit: some(oneOf(2)),
      lane: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: oneOf(LANES) }),
      inMs: some(fc.constantFrom(500, 3_000)),
      forMs: some(fc.constantFrom(1_000, 5_000)),
      rate: some(rate),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      which: fc.nat(),
      rate: fc.option(rate, { nil: null, freq: 10 }),
      canary: fc.boolean(),
    }),
  },
  { weight: 7, arbitrary: fc.constantFrom<Act>({ kind: 'claim' }, { kind: 'claim' }, { kind: 'race' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      count: fc.constantFrom(1, SLOTS),
      answer: fc.constantFrom<Answer>('accepted', 'accepted', 'accepted', 'refused', 'retry', 'unknown'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(200, 1_000, 4_000, 10_000) }),
  },
);

/** Everything is held, much waits, and is let go: else most is taken before a hold can stop it. */
const HELD: fc.Arbitrary<Act[]> = fc.tuple(rate, fc.boolean()).map(([perSecond, canary]) => [
  { kind: 'place', rate: perSecond },
  { kind: 'enqueue', lanes: [...Array(LANES).keys()], operation: 0, unit: 0 },
  { kind: 'release', which: 0, rate: perSecond, canary },
]);
const HISTORY = fc
  .tuple(fc.oneof(fc.constant<Act[]>([]), HELD), fc.array(ACTS, { minLength: 20, maxLength: 60, size: 'max' }))
  .map((parts) => parts.flat());

describe(`holds under anything, seed ${LAW_SEED}`, () => {
  const clock = fixedClock();
  const partner = new ScriptedPartner();
  let bench: DeliveryBench;
  let deps: HoldDeps;
  let keys = 0;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
    deps = { db: bench.db, clock, ids: bench.ids, syncLog: createSyncLog(bench) };
  });
  afterAll(() => bench.close());

  const by = () => ({ actor: { id: 'operator', type: 'person' } as const, idempotencyKey: `key-${(keys += 1)}` });

  /** The store under these acts, beside the model of what holds may do. */
  class Play {
    readonly model = new HoldModel();
    readonly wrong: string[] = [];
    private readonly couriers = { a: new LaneClaims(), b: new LaneClaims() };
    private underWay: { workerId: 'a' | 'b'; claim: ClaimedDelivery }[] = [];
    private seq = 0;

    constructor(private readonly dossiers: readonly string[]) {}

    async act(act: Act): Promise<void> {
      switch (act.kind) {
        case 'enqueue': {
          const more = { operation: OPERATIONS[act.operation], unit: UNITS[act.unit] };
          for (const lane of act.lanes) await bench.enqueue(this.dossiers[lane], [(this.seq += 1)], more);
          break;
        }
        case 'place':
          await this.place(act);
          break;
        case 'release':
          await this.release(act);
          break;
        case 'claim':
          await this.claim(['a']);
          break;
        case 'race':
          await this.claim(['a', 'b', 'a']);
          break;
        case 'settle':
          await this.settle(act.count, act.answer);
          break;
        case 'wait':
          clock.advance(act.ms);
      }
    }

    private async place({
      operation,
      unit,
      lane,
      inMs,
      forMs,
      rate: perSecond,
    }: Act & { kind: 'place' }): Promise<void> {
      const startsAt = new Date(clock.now().getTime() + (inMs ?? 0));
      const hold = await placeHold(
        {
          partner: 'dvclt',
          reason: 'no answer',
          startsAt,
          ...(operation === undefined ? {} : { operation: OPERATIONS[operation] }),
          ...(unit === undefined ? {} : { unit: UNITS[unit] }),
          ...(lane === undefined ? {} : { dossierId: this.dossiers[lane] }),
          ...(forMs === undefined ? {} : { endsAt: new Date(startsAt.getTime() + forMs) }),
          ...(perSecond === undefined ? {} : { releasePerSecond: perSecond }),
        },
        by(),
        deps,
      );
      this.model.placed(hold);
    }

    private async release({ which, rate: ratePerSecond, canary }: Act & { kind: 'release' }): Promise<void> {
      const holds = await this.holds();
      if (holds.length === 0) return;
      const { id } = holds[which % holds.length];
      try {
        await releaseHold({ holdId: id, ratePerSecond, canary }, by(), deps);
        this.model.released(id, { perSecond: ratePerSecond, canary }, clock.now());
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'hold-not-in-force') throw error;
      }
    }

    /** Couriers of these workers claim at the same moment, each as `Courier` does. */
    private async claim(workers: readonly ('a' | 'b')[]): Promise<void> {
      const before = await this.heads();
      const taken = (
        await Promise.all(
          workers.map(async (workerId) => {
            const options = {
              partner: 'dvclt',
              workerId,
              maxLanes: SLOTS,
              deadlineMs: 10_000,
              now: clock.now(),
            } as const;
            const drained = await claimFromHolds(bench.db, options, deps);
            const maxLanes = SLOTS - drained.length;
            const free = maxLanes === 0 ? [] : await this.couriers[workerId].claim(bench.db, { ...options, maxLanes });
            return [...drained, ...free].map((claim) => ({ workerId, claim }));
          }),
        )
      ).flat();
      this.underWay.push(...taken);
      const claims = taken.map(({ claim }) => claim);
      const isFull = workers.length > 1 || taken.length === SLOTS;
      const found = this.model.judge(before, { taken: claims, isFull, holds: await this.holds() }, clock.now());
      this.wrong.push(...found);
    }

    private async settle(count: number, answer: Answer): Promise<void> {
      const ended = this.underWay.splice(0, count);
      for (const worker of ['a', 'b'] as const) {
        const own = ended.filter(({ workerId }) => workerId === worker).map(({ claim }) => finished(claim, answer));
        if (own.length > 0) await settleAttempts(own, bench.deps(partner, worker));
      }
      for (const { claim } of ended) this.model.settled(claim.deliveryId);
    }

    /** Everything is answered and released, again where a first lane had not got through: nothing may be left behind. */
    async end(): Promise<void> {
      for (let round = 0; round < 200 && (await this.isLeft()); round += 1) {
        const inForce = (await this.holds()).filter(({ state }) => state === 'in-force');
        for (const { id } of inForce) await releaseHold({ holdId: id, ratePerSecond: null }, by(), deps);
        await this.claim(['a']);
        await this.settle(this.underWay.length, 'accepted');
        clock.advance(31_000);
      }
    }

    private async isLeft(): Promise<boolean> {
      const [{ left }] = await bench.db.query<{ left: boolean }>(
        `select exists (select from lane where state = 'open' and (due_at is not null or lease_owner is not null))
           or exists (select from hold where state <> 'over') as left`,
      );
      return left;
    }

    holds() {
      return readHolds(bench.db, { partner: 'dvclt', isOpen: false, after: null, limit: 500 });
    }

    /** What stands first in each lane, as the rows say. */
    private heads(): Promise<HeadOfLane[]> {
      return bench.db.query<HeadOfLane>(
        `select distinct on (d.dossier_id) d.id as "deliveryId", d.dossier_id as "dossierId", d.operation, d.unit,
           (l.state = 'open' and l.lease_owner is null and d.status in ('queued', 'waiting', 'unknown') and coalesce(d.due_at <= $1, false)) as "isDue"
         from delivery d join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id
         where d.status not in ('settled', 'cancelled') order by d.dossier_id, d.caused_seq, d.replay_number, d.step`,
        [clock.now()],
      );
    }
  }

  function finished(claim: ClaimedDelivery, answer: Answer): FinishedAttempt {
    const result = ANSWERS[answer];
    const isProbe = claim.status === 'unknown';
    const verdict = answer === 'accepted' ? 'applied' : answer === 'refused' ? 'absent' : 'cannot-tell';
    const probe = { verdict, askedAt: clock.now(), call: ACCEPTED } as const;
    return {
      id: bench.ids.next(),
      claim,
      tried: isProbe ? { kind: 'probe', probe } : { kind: 'call', result },
      startedAt: claim.claimedAt,
      endedAt: clock.now(),
    };
  }

  it('take only what no hold stops, in the order of each lane and at the rate, and leave nothing behind', async () => {
    const property = fc.asyncProperty(HISTORY, async (acts) => {
      await bench.clear();
      const play = new Play(await bench.newDossiers(LANES));
      for (const act of acts) await play.act(act);
      expect(play.wrong).toEqual([]);
      await play.end();
      const left = await bench.db.query(`select status, operation from delivery d
        where status not in ('settled', 'cancelled', 'dead')
          and not exists (select from delivery b where b.dossier_id = d.dossier_id and b.status = 'dead')`);
      expect(left).toEqual([]);
      expect((await play.holds()).filter(({ state }) => state !== 'over')).toEqual([]);
    });
    await assertLaw('holds', property, lawRun(25, 150));
  }, 1_200_000);
});
