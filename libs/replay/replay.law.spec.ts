import fc from 'fast-check';
import { AppError } from '#platform';
import { assertLaw, LAW_SEED, lawRun } from '#testing';
import { claimLanes } from '../delivery/app/claim-lanes';
import { settleAttempts } from '../delivery/app/settle-attempts';
import type { ClaimedDelivery, FinishedAttempt } from '../delivery/domain/attempt';
import type { CallResult } from '#delivery';
import { cancelPlan, pausePlan, requestDryRun, resumePlan, startPlan } from './app/steer-plan';
import type { ReplayRunner } from './app/replay-runner';
import type { ReplayPlan } from './domain/plan';
import { ReplayBench } from './testing/replay-bench';

/** What may happen to a plan, in any order and at once. */
type Act =
  | { kind: 'step'; worker: 'a' | 'b' }
  | { kind: 'both' }
  | { kind: 'meanwhile'; what: 'other-worker' | 'pause' | 'cancel' | 'carry' }
  | { kind: 'take-over' }
  | { kind: 'carry'; outcome: 'accepted' | 'refused' | 'retry' }
  | { kind: 'newer' }
  | { kind: 'pause' | 'resume' | 'cancel' | 'dry-run' | 'start' };

const ACTS: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('step' as const), worker: fc.constantFrom('a' as const, 'b' as const) }),
  },
  { weight: 3, arbitrary: fc.constant<Act>({ kind: 'both' }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('meanwhile' as const),
      what: fc.constantFrom(
        ...Array.from({ length: 5 }, () => 'other-worker'),
        'pause',
        'pause',
        'carry',
        'carry',
        'cancel',
      ),
    }) as fc.Arbitrary<Act>,
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'take-over' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('carry' as const),
      outcome: fc.constantFrom(
        'accepted' as const,
        'accepted' as const,
        'accepted' as const,
        'refused' as const,
        'retry' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'newer' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('pause', 'resume', 'resume', 'resume', 'dry-run', 'start')
      .map((kind): Act => ({ kind })),
  },
);

const RESULTS: Readonly<Record<'accepted' | 'refused' | 'retry', CallResult>> = {
  accepted: { outcome: 'accepted', wire: 'answered', reasonCode: 'test.accepted' },
  refused: { outcome: 'refused', wire: 'answered', reasonCode: 'test.refused' },
  retry: { outcome: 'retry', wire: 'not-written', reasonCode: 'test.retry' },
};

describe(`replay plans under anything, seed ${LAW_SEED}`, () => {
  let bench: ReplayBench;
  beforeAll(async () => {
    bench = await ReplayBench.open();
    // No second person: approvals have tests of their own.
    const low = { action: 'replay', source: 'dead-letters', maxItems: 1_000, operations: ['push-status'] } as const;
    (bench.policy as { approval: object }).approval = { ...bench.policy.approval, notNeededFor: [low] };
  });
  afterAll(() => bench.close());

  const signal = new AbortController().signal;

  class Play {
    readonly runners: Readonly<Record<'a' | 'b', ReplayRunner>> = { a: bench.runner('a'), b: bench.runner('b') };
    readonly overtaken: string[] = [];
    sentAtCancel: number | undefined;
    readonly sentAfterStop: string[] = [];
    private sentAtStop: number | undefined;
    private seq = 10;

    constructor(
      readonly planId: string,
      readonly dossiers: readonly string[],
    ) {}

    async act(act: Act): Promise<void> {
      switch (act.kind) {
        case 'step':
          await this.runners[act.worker].runOnce(signal);
          break;
        case 'both':
          await Promise.all([this.runners.a.runOnce(signal), this.runners.b.runOnce(signal), this.carry('accepted')]);
          break;
        case 'meanwhile':
          await this.stepWith(act.what);
          break;
        case 'take-over':
          await bench.delivery.db.execute(`update replay_plan set lease_until = $1`, [new Date(0)]);
          break;
        case 'carry':
          await this.carry(act.outcome);
          break;
        case 'newer':
          await bench.delivery.enqueue(this.dossiers[0], [(this.seq += 1)]);
          break;
        default:
          await this.steer(act.kind);
      }
      bench.clock.advance(500);
    }

    /** A step during whose questions something else happens. */
    private async stepWith(what: 'other-worker' | 'pause' | 'cancel' | 'carry'): Promise<void> {
      const { view } = bench.partner;
      let happened: Promise<void> | undefined;
      this.sentAtStop = undefined;
      bench.partner.view = async (task) => {
        await (happened ??= this.happen(what, () => (bench.partner.view = view)));
        return view.call(bench.partner, task);
      };
      await this.runners.a.runOnce(signal);
      bench.partner.view = view;
      const { state, counts } = await bench.plan(this.planId);
      const isStill = state === 'paused' || state === 'cancelled';
      if (this.sentAtStop !== undefined && isStill && counts.sent > this.sentAtStop) this.sentAfterStop.push(what);
      this.sentAtStop = undefined;
    }

    private async happen(what: 'other-worker' | 'pause' | 'cancel' | 'carry', heal: () => void): Promise<void> {
      heal();
      if (what === 'carry') return this.carry('accepted');
      if (what !== 'other-worker') return this.steer(what);
      await bench.delivery.db.execute(`update replay_plan set lease_until = $1`, [new Date(0)]);
      for (let steps = 0; steps < 3; steps += 1) await this.runners.b.runOnce(signal);
    }

    async steer(kind: 'pause' | 'resume' | 'cancel' | 'dry-run' | 'start'): Promise<void> {
      const steps = {
        pause: pausePlan,
        resume: resumePlan,
        cancel: cancelPlan,
        'dry-run': requestDryRun,
        start: startPlan,
      };
      try {
        const plan = await steps[kind](this.planId, bench.by(), bench.deps);
        if (kind === 'cancel') this.sentAtCancel = plan.counts.sent;
        if (kind === 'pause' || kind === 'cancel') this.sentAtStop = plan.counts.sent;
      } catch (error) {
        if (!(error instanceof AppError) || error.status !== 409) throw error;
      }
    }

    private async carry(outcome: keyof typeof RESULTS): Promise<void> {
      const now = bench.clock.now();
      const options = { partner: 'dvclt', workerId: 'courier', maxLanes: 2, deadlineMs: 10_000, now } as const;
      const claims = await claimLanes(bench.delivery.db, options);
      for (const claim of claims) await this.noteOvertaking(claim);
      await settleAttempts(
        claims.map((claim) => attemptOf(claim, RESULTS[outcome])),
        bench.delivery.deps(bench.partner, 'courier'),
      );
    }

    /** One dossier, one line: nothing goes out while something in front of it still stands. */
    private async noteOvertaking({ deliveryId, dossierId }: ClaimedDelivery): Promise<void> {
      const lane = await bench.delivery.deliveries(dossierId);
      const before = lane.slice(
        0,
        lane.findIndex((one) => one.id === deliveryId),
      );
      if (before.some((one) => one.status !== 'settled' && one.status !== 'cancelled')) this.overtaken.push(deliveryId);
    }
  }

  const attemptOf = (claim: ClaimedDelivery, result: CallResult): FinishedAttempt => ({
    id: bench.delivery.ids.next(),
    claim,
    tried: { kind: 'call', result },
    startedAt: claim.claimedAt,
    endedAt: bench.clock.now(),
  });

  async function expectLawful(play: Play): Promise<void> {
    const plan = await bench.plan(play.planId);
    const items = await bench.items(play.planId);
    const replayed = await bench.delivery.db.query<{ deliveryId: string; count: number }>(
      `select convert_from(bytes, 'UTF8')::jsonb #>> '{detail,deliveryId}' as "deliveryId", count(*)::integer as count
       from synclog_entry where kind = 'delivery.replayed' and convert_from(bytes, 'UTF8')::jsonb #>> '{detail,planId}' = $1 group by 1`,
      [play.planId],
    );
    const sent = items.filter((item) => item.sentId !== null);
    expect(replayed.filter(({ count }) => count > 1)).toEqual([]);
    expect(replayed.map((one) => one.deliveryId).sort()).toEqual(sent.map((item) => item.sentId).sort());
    expect(play.overtaken).toEqual([]);
    expect(play.sentAfterStop).toEqual([]);
    expect(countsOf(items)).toEqual(pick(plan));
    expect(items.slice(0, plan.nextNumber - 1).every((item) => item.state !== 'pending')).toBe(true);
    expect(items.slice(plan.nextNumber - 1).every((item) => item.state === 'pending')).toBe(true);
    if (plan.state === 'done') expect(items.some((item) => ['pending', 'released'].includes(item.state))).toBe(false);
    if (play.sentAtCancel !== undefined) expect(plan.counts.sent).toBe(play.sentAtCancel);
  }

  const countsOf = (items: readonly { state: string; sentId: string | null; action: string | null }[]) => ({
    sent: items.filter((item) => item.sentId !== null).length,
    done: items.filter((item) => item.state === 'done' && item.sentId !== null).length,
    failed: items.filter((item) => item.state === 'failed').length,
    skipped: items.filter((item) => item.state === 'skipped').length,
  });
  const pick = ({ counts: { sent, done, failed, skipped } }: ReplayPlan) => ({ sent, done, failed, skipped });

  it('send each item at most once, in order, and count what they did', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 14 }),
      fc.array(ACTS, { minLength: 15, maxLength: 40, size: 'max' }),
      async (count, acts) => {
        await bench.clear();
        const dossiers = await bench.dead(count, 'refused', [1, 2]);
        // Some are left alone by the plan: their messages cannot be made.
        bench.partner.complaintsOf = (dossierId) => {
          if (dossiers.indexOf(dossierId) % 4 === 3) throw Object.assign(new Error(), { code: 'test.unmade' });
          return [];
        };
        const play = new Play((await bench.create({ maxErrorShare: 0.9 })).id, dossiers);
        await play.steer('dry-run');
        await play.runners.a.runOnce(signal);
        await play.steer('start');
        for (const act of acts) await play.act(act);
        await expectLawful(play);
      },
    );
    await assertLaw('replay plans', property, lawRun(30, 150));
  }, 1_200_000);
});
