import type { PartnerView } from '#delivery';
import { until } from '#testing';
import { ReplayBench } from './testing/replay-bench';
import { approvePlan, cancelPlan, pausePlan, requestDryRun, resumePlan, startPlan } from './app/steer-plan';

const ABSENT: PartnerView = { verdict: 'absent', reasonCode: 'test.absent' };
const APPLIED: PartnerView = { verdict: 'applied', reasonCode: 'test.found', status: 4 };
const UNCLEAR: PartnerView = { verdict: 'cannot-tell', reasonCode: 'http.5xx' };

describe('replay plans', () => {
  let bench: ReplayBench;
  beforeAll(async () => void (bench = await ReplayBench.open()));
  afterAll(() => bench.close());
  afterEach(() => bench.clear());

  const signal = new AbortController().signal;
  const dryRun = async (id: string) => {
    await requestDryRun(id, bench.by(), bench.deps);
    return bench.work(id, 'dry-run');
  };
  const settledAll = async (dossiers: readonly string[]) =>
    (await Promise.all(dossiers.map((one) => bench.delivery.statuses(one)))).flat().every((one) => one === 'settled');

  it('bring dead letters back: looked at, approved, released in waves, followed to their end', async () => {
    const dossiers = await bench.dead(13);
    const { id } = await bench.started({ reasonCode: 'configuration-fixed' });
    const plan = await bench.run(id);
    expect(plan.counts).toEqual({ sent: 13, done: 13, failed: 0, settled: 0, cancelled: 0, skipped: 0 });
    expect(plan.wave).toBe(3);
    expect(await settledAll(dossiers)).toBe(true);
    expect((await bench.logged(id)).filter((kind) => kind.startsWith('replay.'))).toEqual([
      'replay.requested',
      'replay.dry-run-requested',
      'replay.examined',
      'replay.approved',
      'replay.started',
      'replay.finished',
    ]);
    expect((await bench.logged(id)).filter((kind) => kind === 'delivery.replayed')).toHaveLength(13);
  });

  describe('the dry run', () => {
    it('tells before anything is sent what would become of each item', async () => {
      const [absent, applied, unclear] = await bench.dead(3, 'unknown');
      bench.clock.advance(60_000);
      bench.partner.repeat = 'probe-first';
      bench.partner.viewOf = (one) => (one === absent ? ABSENT : one === applied ? APPLIED : UNCLEAR);
      const { id } = await bench.create();
      const plan = await dryRun(id);
      expect(plan.totals).toEqual({
        classes: { absent: 1, applied: 1, 'cannot-tell': 1 },
        actions: { send: 1, settle: 1, cancel: 0, skip: 1 },
        complaints: {},
      });
      expect((await bench.items(id)).map(({ dossierId, class: found, action }) => [dossierId, found, action])).toEqual([
        [absent, 'absent', 'send'],
        [applied, 'applied', 'settle'],
        [unclear, 'cannot-tell', 'skip'],
      ]);
      expect(bench.partner.calls).toEqual([]);
    });

    it('counts of what the partner would complain, and what cannot be made at all', async () => {
      const [wrong, unmade] = await bench.dead(3);
      bench.partner.complaintsOf = (one) => {
        if (one === unmade) throw Object.assign(new Error('no such leaf'), { code: 'test.leaf-missing' });
        return one === wrong ? [{ field: 'nksHoTen', problem: 'too-long' }] : [];
      };
      const plan = await dryRun((await bench.create()).id);
      expect(plan.totals).toEqual({
        classes: { absent: 2, invalid: 1 },
        actions: { send: 2, settle: 0, cancel: 0, skip: 1 },
        complaints: { nksHoTen: 1 },
      });
      expect(bench.partner.asked).not.toContain(unmade);
    });

    it('has the same hash for the same findings, and another for others', async () => {
      await bench.dead(3);
      const { id } = await bench.create();
      const first = await dryRun(id);
      expect((await dryRun(id)).hash).toEqual(first.hash);
      bench.partner.viewOf = () => APPLIED;
      expect((await dryRun(id)).hash).not.toEqual(first.hash);
    });
  });

  describe('a run', () => {
    it.each([
      ['has it now', ABSENT, APPLIED, { expected: 'absent', found: 'applied' }],
      ['has it no more', APPLIED, ABSENT, { expected: 'applied', found: 'absent' }],
      ['cannot tell any more', ABSENT, UNCLEAR, { expected: 'absent', found: 'cannot-tell' }],
      [
        'can be asked now',
        { verdict: 'cannot-ask', reasonCode: 'x' } as const,
        ABSENT,
        { expected: 'cannot-ask', found: 'absent' },
      ],
    ])('stops before it sends what the partner %s', async (_name, then, now, stop) => {
      const dossiers = await bench.dead(3);
      bench.partner.viewOf = () => then;
      const { id } = await bench.started();
      bench.partner.viewOf = (one) => (one === dossiers[0] ? now : then);
      const plan = await bench.run(id, 'stopped');
      expect(plan.stop).toMatchObject({ code: 'prediction-changed', item: 1, ...stop });
      expect(bench.partner.calls).toEqual([]);
      await expect(resumePlan(id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'replay-changed' });
      expect((await dryRun(id)).state).toBe('dry-run');
    });

    it('stops when somebody else has dealt with an item meanwhile', async () => {
      const [first] = await bench.dead(2);
      const { id } = await bench.started();
      await bench.delivery.db.execute(
        `update delivery set status = 'settled', outcome = 'accepted' where dossier_id = $1`,
        [first],
      );
      const plan = await bench.run(id, 'stopped');
      expect(plan.stop).toMatchObject({ code: 'prediction-changed', item: 1, expected: 'absent', found: 'gone' });
    });

    it('stops when the message can no longer be made', async () => {
      await bench.dead(1);
      const { id } = await bench.started();
      bench.partner.complaintsOf = () => {
        throw Object.assign(new Error(), { code: 'test.leaf-missing' });
      };
      expect((await bench.run(id, 'stopped')).stop).toMatchObject({
        found: 'invalid',
        reasonCode: 'test.leaf-missing',
      });
    });

    it('stops itself when its first item fails, and goes on after that with one item again', async () => {
      await bench.dead(30);
      const { id } = await bench.started();
      bench.partner.answer = () => ({ outcome: 'refused', wire: 'answered', reasonCode: 'test.refused-again' });
      const stopped = await bench.run(id, 'stopped');
      expect(stopped).toMatchObject({
        stop: { code: 'too-many-errors' },
        counts: { sent: 1, failed: 1 },
        nextNumber: 2,
      });
      bench.partner.answer = () => ({ outcome: 'accepted', wire: 'answered', reasonCode: 'test.accepted' });
      await resumePlan(id, bench.by(), bench.deps);
      const done = await bench.run(id);
      expect(done.counts).toMatchObject({ sent: 30, done: 29, failed: 1 });
      expect(bench.partner.calls).toHaveLength(30);
    });

    it('stops when the circuit of its partner opens, and when the partner is held', async () => {
      await bench.dead(2);
      const { id } = await bench.started();
      await bench.delivery.db.execute(`insert into partner_state (partner, breaker) values ('dvclt', 'open')`);
      expect((await bench.work(id, 'stopped')).stop).toEqual({ code: 'breaker-open', partner: 'dvclt' });
      await bench.delivery.db.execute(`delete from partner_state`);
      await bench.delivery.db.execute(
        `insert into hold (id, partner, starts_at, reason, placed_by) values ($1, 'dvclt', $2, 'test', 'operator')`,
        [bench.delivery.ids.next(), bench.clock.now()],
      );
      await resumePlan(id, bench.by(), bench.deps);
      expect((await bench.work(id, 'stopped')).stop).toEqual({ code: 'partner-held', partner: 'dvclt' });
      expect(bench.partner.calls).toEqual([]);
    });

    it('stops when what it sent does not come to an end', async () => {
      await bench.dead(2);
      const { id } = await bench.started();
      const plan = await bench.work(id, 'stopped');
      expect(plan).toMatchObject({ stop: { code: 'too-slow' }, counts: { sent: 1 } });
    });

    it('pauses and goes on exactly where it was; cancelled, it sends nothing more', async () => {
      const dossiers = await bench.dead(12);
      const { id } = await bench.started();
      const runner = bench.runner();
      while ((await bench.plan(id)).counts.sent === 0) await runner.runOnce(signal);
      await pausePlan(id, bench.by(), bench.deps);
      for (let round = 0; round < 5; round += 1) await runner.runOnce(signal);
      expect((await bench.plan(id)).counts.sent).toBe(1);
      await resumePlan(id, bench.by(), bench.deps);
      const courier = bench.courier();
      courier.start();
      while ((await bench.plan(id)).counts.done < 1) await runner.runOnce(signal);
      await courier.stop();
      await cancelPlan(id, bench.by(), bench.deps);
      for (let round = 0; round < 5; round += 1) await runner.runOnce(signal);
      const plan = await bench.plan(id);
      expect(plan.state).toBe('cancelled');
      expect(plan.endedAt).not.toBeNull();
      expect(plan.counts.sent).toBeLessThan(12);
      const statuses = (await Promise.all(dossiers.map((one) => bench.delivery.statuses(one)))).flat();
      expect(statuses.filter((one) => one === 'dead')).toHaveLength(12 - plan.counts.sent);
    });

    it('puts a dead letter back where it stands: what waited behind it follows', async () => {
      const [dossierId] = await bench.dead(1, 'refused', [1, 2, 3]);
      const { id } = await bench.started();
      await bench.run(id);
      const courier = bench.courier();
      courier.start();
      await until(() => settledAll([dossierId]), 5_000);
      await courier.stop();
      const ids = (await bench.delivery.deliveries(dossierId)).map((one) => one.id);
      expect(bench.partner.calls.map(({ task }) => task.deliveryId)).toEqual(ids);
    });

    it('releases all items of a dossier together, whatever the wave and the rate', async () => {
      const [dossierId] = await bench.dead(1, 'refused', [1, 2, 3]);
      await bench.delivery.db.execute(
        `update delivery set status = 'dead', due_at = null, outcome = 'refused' where dossier_id = $1`,
        [dossierId],
      );
      const { id } = await bench.started({ ratePerSecond: 1 });
      const runner = bench.runner();
      while ((await bench.plan(id)).counts.sent === 0) await runner.runOnce(signal);
      expect(await bench.delivery.statuses(dossierId)).toEqual(['queued', 'queued', 'queued']);
    });

    it('counts tries and age anew, and repeats the bytes of what may have arrived', async () => {
      const [refused, unknown] = [(await bench.dead(1))[0], (await bench.dead(1, 'unknown'))[0]];
      const [sealed] = await bench.delivery.db.run((tx) =>
        bench.delivery.vault.seal(tx, { ownerKind: 'dossier', ownerId: unknown }, [
          { kind: 'rendered', contentType: 'application/json', bytes: Buffer.from('{"kept":1}') },
        ]),
      );
      await bench.delivery.db.execute(`update delivery set content_ref = $2 where dossier_id = $1`, [
        unknown,
        sealed.ref,
      ]);
      await bench.delivery.db.execute(`update delivery set content_ref = $2 where dossier_id = $1`, [
        refused,
        sealed.ref,
      ]);
      let calls = 0;
      bench.partner.answer = () =>
        (calls += 1) === 1
          ? { outcome: 'retry', wire: 'answered', reasonCode: 'http.429', retryAfterMs: 0 }
          : { outcome: 'accepted', wire: 'answered', reasonCode: 'test.accepted' };
      const { id } = await bench.started();
      await bench.run(id);
      expect(await settledAll([refused, unknown])).toBe(true);
      const bodyOf = (dossierId: string) =>
        bench.partner.calls.findLast(({ task }) => task.dossier.id === dossierId)?.body;
      expect(bodyOf(unknown)).toBe('{"kept":1}');
      expect(bodyOf(refused)).not.toBe('{"kept":1}');
      const wasUnknown = bench.partner.calls.map(({ task }) => [task.dossier.id, task.wasUnknown]);
      expect(wasUnknown).toContainEqual([unknown, true]);
      expect(wasUnknown).toContainEqual([refused, false]);
    });

    it('settles what the partner has already, and sends nothing for it', async () => {
      const [dossierId] = await bench.dead(1, 'unknown');
      bench.partner.viewOf = () => APPLIED;
      const { id } = await bench.started();
      const plan = await bench.run(id);
      expect(plan.counts).toMatchObject({ settled: 1, sent: 0 });
      expect((await bench.delivery.deliveries(dossierId))[0]).toMatchObject({
        status: 'settled',
        outcome: 'already-applied',
        reasonCode: 'replay.found-applied',
      });
      expect(bench.partner.calls).toEqual([]);
    });
  });

  describe('a worker that dies', () => {
    it('is followed by another, which goes on exactly there: nothing twice, nothing left out', async () => {
      const dossiers = await bench.dead(37);
      const { id } = await bench.started();
      const first = bench.runner('worker-a');
      await first.runOnce(signal);
      await first.runOnce(signal);
      const left = await bench.plan(id);
      expect(left.leaseOwner).toBe('worker-a');
      // No heartbeat of worker-a is there: its plan is free at once.
      const second = bench.runner('worker-b');
      await second.runOnce(signal);
      expect((await bench.plan(id)).leaseOwner).toBe('worker-b');
      const plan = await bench.run(id);
      expect(plan.counts).toMatchObject({ sent: 37, done: 37 });
      expect(await settledAll(dossiers)).toBe(true);
      expect(bench.partner.calls.map(({ task }) => task.deliveryId).sort()).toEqual(
        [...new Set(bench.partner.calls.map(({ task }) => task.deliveryId))].sort(),
      );
    });

    it('and wakes again releases nothing: its step is undone by the plan’s row', async () => {
      await bench.dead(3);
      const { id } = await bench.started();
      const [frozen, other] = [bench.runner('worker-a'), bench.runner('worker-b')];
      await frozen.runOnce(signal);
      let wake = (): void => undefined;
      const asleep = new Promise<void>((resolve) => (wake = resolve));
      let isAsking = (): void => undefined;
      const asking = new Promise<void>((resolve) => (isAsking = resolve));
      const { view } = bench.partner;
      bench.partner.view = async (task) => {
        isAsking();
        await asleep;
        return view.call(bench.partner, task);
      };
      const step = frozen.runOnce(signal);
      await asking;
      bench.partner.view = view;
      await bench.delivery.db.execute(`update replay_plan set lease_until = $1`, [new Date(0)]);
      while ((await bench.plan(id)).counts.sent === 0) await other.runOnce(signal);
      wake();
      await step;
      expect((await bench.plan(id)).counts.sent).toBe(1);
    });
  });

  describe('approval', () => {
    it('is by a second person, bound to what that person saw, and ends', async () => {
      await bench.dead(25);
      const { id } = await bench.create();
      const plan = await dryRun(id);
      expect(plan.needsApproval).toBe(true);
      const hash = plan.hash!.toString('hex');
      await expect(startPlan(id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'approval-needed' });
      await expect(approvePlan(id, hash, bench.by('operator'), bench.deps)).rejects.toMatchObject({
        code: 'own-request',
      });
      await expect(approvePlan(id, 'ab'.repeat(32), bench.by('approver'), bench.deps)).rejects.toMatchObject({
        code: 'replay-changed',
      });
      await approvePlan(id, hash, bench.by('approver'), bench.deps);
      bench.clock.advance(bench.policy.approval.goodForMs + 1);
      await expect(startPlan(id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'approval-expired' });
      const again = await dryRun(id);
      expect(again).toMatchObject({ state: 'dry-run', approvedBy: null });
      await approvePlan(id, again.hash!.toString('hex'), bench.by('approver'), bench.deps);
      bench.clock.advance(bench.policy.dryRunGoodForMs + 1);
      await expect(startPlan(id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'dry-run-too-old' });
    });

    it('is not needed for a small plan that the policy names', async () => {
      await bench.dead(2);
      const { id } = await bench.create();
      expect((await dryRun(id)).needsApproval).toBe(false);
      expect((await startPlan(id, bench.by(), bench.deps)).state).toBe('running');
      await bench.run(id);
    });

    it('of a set that changed afterwards starts a run that stops', async () => {
      const [first] = await bench.dead(25);
      const { id } = await bench.started();
      await bench.delivery.db.execute(`update delivery set status = 'cancelled' where dossier_id = $1`, [first]);
      expect((await bench.run(id, 'stopped')).stop).toMatchObject({ code: 'prediction-changed', found: 'gone' });
    });
  });

  it('of two people on the same group do not meet: the later one leaves the items to the first', async () => {
    await bench.dead(5);
    const first = await bench.started();
    const second = await bench.create({}, bench.by('operator2'));
    const plan = await dryRun(second.id);
    expect(plan.totals!.classes).toEqual({ 'planned-elsewhere': 5 });
    await bench.run(first.id);
    expect((await dryRun(second.id)).totals!.classes).toEqual({ gone: 5 });
    expect(bench.partner.calls).toHaveLength(5);
  });

  describe('words of people', () => {
    it('mark dead letters as done with evidence, after a second person agreed', async () => {
      const [dossierId] = await bench.dead(1);
      const { id } = await bench.create({
        action: 'mark-done',
        reasonCode: 'registered-by-hand',
        reason: 'register 12, book 3',
      });
      const looked = await dryRun(id);
      expect(looked).toMatchObject({ needsApproval: true, totals: { actions: { settle: 1 } } });
      await approvePlan(id, looked.hash!.toString('hex'), bench.by('approver'), bench.deps);
      await startPlan(id, bench.by(), bench.deps);
      await bench.run(id);
      expect((await bench.delivery.deliveries(dossierId))[0]).toMatchObject({
        status: 'settled',
        reasonCode: 'mark-done.by-people',
      });
      expect(bench.partner.calls).toEqual([]);
    });

    it('give dead letters up, and what stands behind goes on', async () => {
      const [dossierId] = await bench.dead(1, 'refused', [1, 2]);
      const { id } = await bench.started({ action: 'give-up', reasonCode: 'no-longer-needed' });
      await bench.run(id);
      expect(await bench.delivery.statuses(dossierId)).toEqual(['cancelled', expect.any(String)]);
      expect(bench.partner.calls.every(({ task }) => task.dossier.id === dossierId)).toBe(true);
      expect((await bench.delivery.lane(dossierId)).state).toBe('open');
    });
  });

  describe('from history', () => {
    const settle = async (steps: readonly number[]): Promise<string> => {
      const [dossierId] = await bench.delivery.newDossiers(1);
      await bench.delivery.enqueue(dossierId, steps);
      await bench.delivery.db.execute(
        `update delivery set status = 'settled', outcome = 'accepted', settled_at = $2, due_at = null where dossier_id = $1`,
        [dossierId, bench.clock.now()],
      );
      await bench.delivery.db.execute(`update lane set due_at = null where dossier_id = $1`, [dossierId]);
      return dossierId;
    };
    const request = { source: 'history', reasonCode: 'partner-lost-data' } as const;

    it('tells settled steps again in their order, before what is newer', async () => {
      const dossierId = await settle([1, 2]);
      const { id } = await bench.started({ ...request, selection: { ids: await idsOf(dossierId) } });
      await bench.delivery.enqueue(dossierId, [3]);
      await bench.run(id);
      const seqs = await bench.delivery.db.query<{ seq: number; replay: number }>(
        `select d.caused_seq as seq, d.replay_number as replay from attempt a join delivery d on d.id = a.delivery_id
         where d.dossier_id = $1 order by a.started_at, d.caused_seq`,
        [dossierId],
      );
      expect(seqs.filter(({ replay }) => replay === 1).map(({ seq }) => seq)).toEqual([1, 2]);
      expect(bench.partner.calls).toHaveLength(3);
    });

    it('leaves out what would overtake something newer that is not in the plan', async () => {
      const dossierId = await settle([1, 2]);
      const [older] = await idsOf(dossierId);
      const { id } = await bench.create({ ...request, selection: { ids: [older] } });
      expect((await dryRun(id)).totals).toMatchObject({ classes: { overtakes: 1 }, actions: { skip: 1 } });
      expect((await bench.items(id))[0].found).toMatchObject({ newerSeq: 2 });
    });

    it('tells the state of now once, before everything else of the dossier, however many messages carried it', async () => {
      bench.partner.history = 'as-now';
      const dossierId = await settle([1, 2, 3]);
      const { id } = await bench.started({ ...request, selection: { ids: await idsOf(dossierId) } });
      const plan = await bench.run(id);
      expect(plan.totals!.classes).toEqual({ duplicate: 2, absent: 1 });
      expect((await bench.items(id)).map((item) => item.class)).toEqual(['absent', 'duplicate', 'duplicate']);
      expect(bench.partner.calls).toHaveLength(1);
    });

    it('finds what was delivered in a time, and needs a bound', async () => {
      const from = bench.clock.now().toISOString();
      bench.clock.advance(1_000);
      await settle([1]);
      bench.clock.advance(1_000);
      const to = bench.clock.now().toISOString();
      bench.clock.advance(1_000);
      await settle([1]);
      const plan = await bench.create({ ...request, selection: { partner: 'dvclt', from, to } });
      expect(plan.items).toBe(1);
      await expect(bench.create({ ...request, selection: { partner: 'dvclt', from } })).rejects.toMatchObject({
        code: 'replay-selection-open',
      });
    });

    const idsOf = async (dossierId: string): Promise<string[]> =>
      (await bench.delivery.deliveries(dossierId)).map((one) => one.id);
  });

  it.each([
    ['an unknown reason', { reasonCode: 'because' }, 'replay-reason-unknown', 'reasonCode'],
    ['a person’s number in the reason', { reason: 'asked 0999 000 001' }, 'replay-reason-personal', 'reason'],
    ['a selection of nothing', { selection: { operation: 'nothing' } }, 'replay-selection-empty', 'selection'],
    ['an unknown group', { selection: { group: 'nothing' } }, 'group-unknown', 'group'],
    ['an unknown dossier', { selection: { dossiers: ['nothing'] } }, 'dossier-unknown', 'dossiers'],
    [
      'words of people about history',
      { source: 'history', action: 'mark-done' } as const,
      'replay-not-allowed',
      'action',
    ],
  ])('refuse %s', async (_name, request, code, field) => {
    await bench.dead(1);
    await expect(bench.create(request)).rejects.toMatchObject({ code, field });
  });

  it('are made once for the same request, and not for another under its key', async () => {
    await bench.dead(1);
    const by = bench.by('operator', 'same');
    const plan = await bench.create({}, by);
    expect(await bench.create({}, by)).toEqual(plan);
    await expect(bench.create({ reason: 'another' }, by)).rejects.toMatchObject({ code: 'idempotency-conflict' });
  });

  it('are limited to the communes of the caller', async () => {
    await bench.dead(2);
    await expect(bench.create({}, { ...bench.by(), units: ['99001'] })).rejects.toMatchObject({
      code: 'replay-selection-empty',
    });
    const { id } = await bench.create({}, { ...bench.by(), units: ['00123'] });
    await expect(requestDryRun(id, { ...bench.by(), units: ['99001'] }, bench.deps)).rejects.toMatchObject({
      code: 'replay-unknown',
    });
  });
});
