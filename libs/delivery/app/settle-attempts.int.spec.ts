import { fixedClock } from '#testing';
import type { ClaimedDelivery, FinishedAttempt } from '../domain/attempt';
import type { CallResult, ProbeResult } from '../ports';
import { DeliveryBench } from '../testing/delivery-bench';
import { ACCEPTED, ScriptedPartner } from '../testing/scripted-partner';
import { cancelMoot, registrationDelivery } from './cancel-moot';
import { claimLanes } from './claim-lanes';
import { expireLeases, releaseWorker } from './expire-leases';
import { keepContent } from './keep-content';
import { resolveByEvidence } from './resolve-by-evidence';
import { settleAttempts } from './settle-attempts';
import { SettleQueue } from './settle-queue';

const clock = fixedClock();
const RETRY: CallResult = { outcome: 'retry', wire: 'not-written', reasonCode: 'http.not-connected' };
const LOST: CallResult = { outcome: 'unknown', wire: 'written', reasonCode: 'http.cut' };

describe('settling attempts', () => {
  let bench: DeliveryBench;
  let partner: ScriptedPartner;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
  });
  beforeEach(() => (partner = new ScriptedPartner()));
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  const claimOf = async (dossierId: string, workerId = 'worker-a'): Promise<ClaimedDelivery> => {
    const claims = await claimLanes(bench.db, {
      partner: 'dvclt',
      workerId,
      maxLanes: 100,
      deadlineMs: 10_000,
      now: clock.now(),
    });
    const mine = claims.find((one) => one.dossierId === dossierId);
    if (!mine) throw new Error('the lane was not claimed');
    return mine;
  };
  const called = (claim: ClaimedDelivery, result: CallResult): FinishedAttempt => ({
    id: bench.ids.next(),
    claim,
    tried: { kind: 'call', result },
    startedAt: claim.claimedAt,
    endedAt: clock.now(),
  });
  const probed = (claim: ClaimedDelivery, verdict: ProbeResult['verdict']): FinishedAttempt => ({
    ...called(claim, ACCEPTED),
    tried: { kind: 'probe', probe: { verdict, askedAt: clock.now(), call: { ...ACCEPTED, reasonCode: 'test.asked' } } },
  });
  const settle = (attempts: readonly FinishedAttempt[], workerId = 'worker-a') =>
    settleAttempts(attempts, bench.deps(partner, workerId));
  const attemptsOf = (deliveryId: string) =>
    bench.db.query<{ outcome: string; late: boolean; kind: string; reason: string }>(
      'select outcome, late, kind, reason_code as reason from attempt where delivery_id = $1 order by id',
      [deliveryId],
    );
  const kindsOf = async (dossierId: string) =>
    (
      await bench.db.query<{ kind: string }>(`select kind from synclog_entry where dossier_id = $1 order by id`, [
        dossierId,
      ])
    ).map((row) => row.kind);

  it('writes attempt, delivery, journal, outbox and sync log together, and opens the lane for the next', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    await settle([called(await claimOf(dossierId), ACCEPTED)]);
    expect(await bench.deliveries(dossierId)).toMatchObject([
      { status: 'settled', outcome: 'accepted', reasonCode: 'test.accepted', attempts: 1 },
      { status: 'queued' },
    ]);
    expect(await bench.journal(dossierId)).toEqual(['dossier.received', 'partner-status.confirmed']);
    expect(await bench.db.query('select seq from event_outbox where dossier_id = $1 order by id', [dossierId])).toEqual(
      [{ seq: 1 }, { seq: 2 }],
    );
    expect(await kindsOf(dossierId)).toEqual(['attempt.settled']);
    expect(await bench.lane(dossierId)).toMatchObject({ state: 'open', leaseOwner: null, dueAt: clock.now() });
    expect((await claimOf(dossierId)).fence).toBe('2');
  });

  describe('names in the sync log what was sent', () => {
    const entryOf = async (dossierId: string): Promise<{ contentDigest?: string; detail: { contentRef?: string } }> => {
      const [{ bytes }] = await bench.db.query<{ bytes: Buffer }>(
        `select bytes from synclog_entry where dossier_id = $1 and kind like 'attempt.%'`,
        [dossierId],
      );
      return JSON.parse(bytes.toString()) as { contentDigest?: string; detail: { contentRef?: string } };
    };
    const kept = async (claim: ClaimedDelivery): Promise<{ ref: string; digest: Buffer }> => {
      const rendered = [{ claim, content: { body: Buffer.from('{"sent":true}') } }];
      await bench.db.run((tx) => keepContent(tx, rendered, 'worker-a', bench.vault));
      const [row] = await bench.db.query<{ ref: string; digest: Buffer }>(
        `select content_ref as ref, content_digest as digest from delivery where id = $1`,
        [claim.deliveryId],
      );
      return row;
    };

    it('by the salted digest and the sealed object of the content', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [1]);
      const claim = await claimOf(dossierId);
      const { ref, digest } = await kept(claim);
      await settle([called(claim, ACCEPTED)]);
      expect(await entryOf(dossierId)).toMatchObject({
        contentDigest: digest.toString('base64'),
        detail: { contentRef: ref },
      });
    });

    it('but not when the lease was lost: another may have made the content anew', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [1]);
      const claim = await claimOf(dossierId);
      await kept(claim);
      await bench.db.execute(`update lane set fence = fence + 1 where dossier_id = $1`, [dossierId]);
      await settle([called(claim, ACCEPTED)]);
      const entry = await entryOf(dossierId);
      expect(entry.contentDigest).toBeUndefined();
      expect(entry.detail.contentRef).toBeUndefined();
    });
  });

  it('lets a retry wait with its lane', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    await settle([called(await claimOf(dossierId), RETRY)]);
    const dueAt = new Date(clock.now().getTime() + 250);
    expect(await bench.deliveries(dossierId)).toMatchObject([
      { status: 'waiting', dueAt, reasonCode: 'http.not-connected' },
      { status: 'queued' },
    ]);
    expect(await bench.lane(dossierId)).toMatchObject({ state: 'open', dueAt });
    expect(await bench.journal(dossierId)).toEqual(['dossier.received']);
  });

  it('parks the lane of a refused delivery, nobody else, and tells the dossier', async () => {
    const [bad, good] = await bench.newDossiers(2);
    for (const dossierId of [bad, good]) await bench.enqueue(dossierId, [1, 2]);
    const claims = await claimLanes(bench.db, {
      partner: 'dvclt',
      workerId: 'worker-a',
      maxLanes: 100,
      deadlineMs: 10_000,
      now: clock.now(),
    });
    const of = (dossierId: string) => claims.find((one) => one.dossierId === dossierId) as ClaimedDelivery;
    await settle([
      called(of(bad), {
        outcome: 'refused',
        wire: 'answered',
        reasonCode: 'dvclt.field-missing',
        answer: Buffer.from('{"status":400}'),
      }),
      called(of(good), ACCEPTED),
    ]);
    expect(await bench.statuses(bad)).toEqual(['dead', 'queued']);
    expect(await bench.lane(bad)).toMatchObject({ state: 'parked', dueAt: null });
    expect(await bench.statuses(good)).toEqual(['settled', 'queued']);
    expect(await bench.lane(good)).toMatchObject({ state: 'open' });
    expect(await bench.journal(bad)).toContain('delivery.dead-lettered');
    expect(await kindsOf(bad)).toEqual(['attempt.settled', 'delivery.dead-lettered']);
    const [{ ref, digest }] = await bench.db.query<{ ref: string; digest: Buffer }>(
      'select answer_ref as ref, answer_digest as digest from attempt where delivery_id = $1',
      [of(bad).deliveryId],
    );
    expect((await bench.vault.open(ref)).toString()).toBe('{"status":400}');
    expect(digest).toEqual(bench.vault.dedupDigest(Buffer.from('{"status":400}')));
  });

  it('records a discrepancy and goes on when the portal refuses a true state', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    await settle([
      called(await claimOf(dossierId), {
        outcome: 'refused',
        wire: 'answered',
        reasonCode: 'dvcqg.state-refused',
        laneGoesOn: true,
      }),
    ]);
    expect(await bench.deliveries(dossierId)).toMatchObject([
      { status: 'settled', outcome: 'refused' },
      { status: 'queued' },
    ]);
    expect(await bench.journal(dossierId)).toContain('discrepancy.found');
    expect(await bench.lane(dossierId)).toMatchObject({ state: 'open', dueAt: clock.now() });
  });

  it('repeats nothing after a text that nobody has classified [Q44]', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    await settle([
      called(await claimOf(dossierId), { outcome: 'unknown', wire: 'answered', reasonCode: 'text.vetoed' }),
    ]);
    expect(await bench.deliveries(dossierId)).toMatchObject([{ status: 'unknown', dueAt: null }, { status: 'queued' }]);
    clock.advance(3_600_000);
    await expect(claimOf(dossierId)).rejects.toThrow();
    expect(await bench.journal(dossierId)).toContain('delivery.unresolved');
  });

  it('refuses an old fence, keeps the late answer as evidence, and lets it resolve what is unknown', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    const suspended = await claimOf(dossierId);
    clock.advance(15_000);
    expect(await bench.db.run((tx) => expireLeases(tx, bench.expireDeps))).toBe(1);
    expect(await bench.statuses(dossierId)).toEqual(['unknown', 'queued']);

    await settle([called(suspended, { outcome: 'refused', wire: 'answered', reasonCode: 'dvclt.late' })]);
    expect(await bench.statuses(dossierId)).toEqual(['unknown', 'queued']);
    await settle([called(suspended, ACCEPTED)]);
    expect(await bench.statuses(dossierId)).toEqual(['settled', 'queued']);
    expect(await attemptsOf(suspended.deliveryId)).toEqual([
      { outcome: 'unknown', late: false, kind: 'call', reason: 'lease.expired' },
      { outcome: 'refused', late: true, kind: 'call', reason: 'dvclt.late' },
      { outcome: 'accepted', late: true, kind: 'call', reason: 'test.accepted' },
    ]);
    expect(await bench.journal(dossierId)).toEqual(['dossier.received', 'partner-status.confirmed']);
    expect(await bench.lane(dossierId)).toMatchObject({ state: 'open', leaseOwner: null, dueAt: suspended.claimedAt });
  });

  it('does not take the lease from the worker that holds it now when a late answer settles', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    const queuedAt = clock.now();
    const suspended = await claimOf(dossierId);
    clock.advance(15_000);
    await bench.db.run((tx) => expireLeases(tx, bench.expireDeps));
    const other = await claimOf(dossierId, 'worker-b');
    await settle([called(suspended, ACCEPTED)]);
    expect(await bench.lane(dossierId)).toMatchObject({ leaseOwner: 'worker-b', dueAt: null });
    await settle([called(other, ACCEPTED)], 'worker-b');
    expect(await bench.journal(dossierId)).toEqual(['dossier.received', 'partner-status.confirmed']);
    expect(await bench.statuses(dossierId)).toEqual(['settled', 'queued']);
    expect(await bench.lane(dossierId)).toMatchObject({ leaseOwner: null, dueAt: queuedAt });
  });

  it('keeps no content under an old fence', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    const suspended = await claimOf(dossierId);
    clock.advance(15_000);
    await bench.db.run((tx) => expireLeases(tx, bench.expireDeps));
    const other = await claimOf(dossierId, 'worker-b');
    const keep = (claim: ClaimedDelivery, workerId: string) =>
      bench.db.run((tx) => keepContent(tx, [{ claim, content: { body: Buffer.from('{}') } }], workerId, bench.vault));
    expect([...(await keep(suspended, 'worker-a'))]).toEqual([]);
    expect([...(await keep(other, 'worker-b'))]).toEqual([other.deliveryId]);
  });

  it('makes unknown, never a retry, of what a dead worker had in flight, and gives its lanes away at once [Q13]', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    await bench.db.execute(`insert into worker values ('worker-killed', $1, $1, '{courier}')`, [clock.now()]);
    const claim = await claimOf(dossierId, 'worker-killed');
    expect(await bench.db.run((tx) => expireLeases(tx, bench.expireDeps))).toBe(0);
    expect(await bench.db.run((tx) => releaseWorker(tx, 'worker-killed', bench.expireDeps))).toBe(1);
    expect(await bench.deliveries(dossierId)).toMatchObject([
      { status: 'unknown', reasonCode: 'lease.expired' },
      { status: 'queued' },
    ]);
    expect(await claimOf(dossierId, 'worker-b')).toMatchObject({
      deliveryId: claim.deliveryId,
      status: 'unknown',
      attempts: 2,
    });
  });

  it('takes the leases of a worker that has been silent for 10 s', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    await bench.db.execute(`insert into worker values ('worker-silent', $1, $1, '{courier}')`, [clock.now()]);
    await claimOf(dossierId, 'worker-silent');
    clock.advance(9_999);
    expect(await bench.db.run((tx) => expireLeases(tx, bench.expireDeps))).toBe(0);
    clock.advance(1);
    expect(await bench.db.run((tx) => expireLeases(tx, bench.expireDeps))).toBe(1);
    expect(await bench.statuses(dossierId)).toEqual(['unknown']);
  });

  it('asks about an unknown write, and sends again only when it was absent late enough [Q13]', async () => {
    partner.repeat = 'probe-first';
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    await settle([called(await claimOf(dossierId), LOST)]);
    expect(await bench.statuses(dossierId)).toEqual(['unknown']);
    clock.advance(250);
    await settle([probed(await claimOf(dossierId), 'absent')]);
    expect(await bench.statuses(dossierId)).toEqual(['unknown']);
    clock.advance(11_751);
    await settle([probed(await claimOf(dossierId), 'absent')]);
    expect(await bench.statuses(dossierId)).toEqual(['waiting']);
    expect(await claimOf(dossierId)).toMatchObject({ status: 'in-flight', attempts: 4 });
  });

  it('settles a failing batch one by one: only the poison attempt is left for a person', async () => {
    const [poison, ...healthy] = await bench.newDossiers(3);
    for (const dossierId of [poison, ...healthy]) await bench.enqueue(dossierId, [1, 2]);
    const claims = await claimLanes(bench.db, {
      partner: 'dvclt',
      workerId: 'worker-a',
      maxLanes: 100,
      deadlineMs: 10_000,
      now: clock.now(),
    });
    const deps = bench.deps(partner, 'worker-a');
    const applyOutcomes: typeof deps.applyOutcomes = async (tx, commands) => {
      if (commands.some((one) => one.dossierId === poison))
        throw Object.assign(new Error('poison'), { code: 'test-poison' });
      return deps.applyOutcomes(tx, commands);
    };
    let settledTimes = 0;
    const queue = new SettleQueue({ ...deps, applyOutcomes }, { onSettled: () => (settledTimes += 1), pauseMs: 1 });
    for (const claim of claims.filter((one) => [poison, ...healthy].includes(one.dossierId)))
      queue.add(called(claim, ACCEPTED));
    await queue.idle();
    for (const dossierId of healthy) expect(await bench.statuses(dossierId)).toEqual(['settled', 'queued']);
    expect(await bench.deliveries(poison)).toMatchObject([
      { status: 'unknown', dueAt: null, reasonCode: 'settlement.test-poison' },
      { status: 'queued' },
    ]);
    expect(await bench.lane(poison)).toMatchObject({ leaseOwner: null, dueAt: null });
    expect(settledTimes).toBe(1);
  });

  it('waits for a database that is away and settles then', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    const deps = bench.deps(partner, 'worker-a');
    let failures = 4;
    const db = {
      run: <T>(work: Parameters<typeof bench.db.run<T>>[0]) => {
        if (failures-- > 0) return Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
        return bench.db.run(work);
      },
    };
    const queue = new SettleQueue({ ...deps, db }, { onSettled: () => undefined, pauseMs: 1 });
    queue.add(called(await claimOf(dossierId), ACCEPTED));
    await queue.idle();
    expect(await bench.statuses(dossierId)).toEqual(['settled']);
  });

  describe('of a registration whose dossier has ended', () => {
    const submit = { partner: 'hotich', operation: 'submit-registration' } as const;
    const claimHotich = async (dossierId: string) => {
      const claims = await claimLanes(bench.db, {
        partner: 'hotich',
        workerId: 'worker-a',
        maxLanes: 100,
        deadlineMs: 10_000,
        now: clock.now(),
      });
      return claims.find((one) => one.dossierId === dossierId) as ClaimedDelivery;
    };
    const cancel = (dossierId: string) =>
      bench.db.run((tx) => cancelMoot(tx, { ...submit, dossierId, reasonCode: 'dossier.withdrawn' }, clock.now()));
    const withdraw = async (dossierId: string) => {
      await bench.db.execute(
        `update dossier set state = 'withdrawn', projection = jsonb_set(projection, '{state}', '"withdrawn"') where id = $1`,
        [dossierId],
      );
    };
    beforeEach(() => {
      partner = new ScriptedPartner('hotich');
      partner.repeat = 'probe-first';
    });

    it('cancels what was not sent', async () => {
      const dossierId = await bench.newDossier();
      expect(await bench.db.run((tx) => registrationDelivery(tx, dossierId))).toBe('none');
      await bench.enqueue(dossierId, [5], submit);
      expect(await bench.db.run((tx) => registrationDelivery(tx, dossierId))).toBe('unsent');
      expect(await cancel(dossierId)).toEqual({ cancelled: 1, left: 'none' });
      expect(await bench.deliveries(dossierId)).toMatchObject([
        { status: 'cancelled', reasonCode: 'dossier.withdrawn' },
      ]);
      expect(await claimHotich(dossierId)).toBeUndefined();
    });

    it('leaves one in flight, and does not send it again when it did not arrive', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [5], submit);
      const claim = await claimHotich(dossierId);
      expect(await bench.db.run((tx) => registrationDelivery(tx, dossierId))).toBe('in-flight');
      expect(await cancel(dossierId)).toEqual({ cancelled: 0, left: 'in-flight' });
      await withdraw(dossierId);
      await settle([called(claim, RETRY)]);
      expect(await bench.statuses(dossierId)).toEqual(['cancelled']);
      expect(await kindsOf(dossierId)).toContain('delivery.cancelled');
    });

    it('leaves an unknown one to its probe', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [5], submit);
      await settle([called(await claimHotich(dossierId), LOST)]);
      expect(await bench.db.run((tx) => registrationDelivery(tx, dossierId))).toBe('unknown');
      expect(await cancel(dossierId)).toEqual({ cancelled: 0, left: 'unknown' });
      await withdraw(dossierId);
      clock.advance(12_001);
      await settle([probed(await claimHotich(dossierId), 'absent')]);
      expect(await bench.statuses(dossierId)).toEqual(['cancelled']);
    });

    it('records a discrepancy when it turns out to have arrived', async () => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [5], submit);
      await settle([called(await claimHotich(dossierId), LOST)]);
      await withdraw(dossierId);
      clock.advance(250);
      await settle([probed(await claimHotich(dossierId), 'applied')]);
      expect(await bench.statuses(dossierId)).toEqual(['settled']);
      expect(await bench.db.run((tx) => registrationDelivery(tx, dossierId))).toBe('settled');
      expect(await bench.journal(dossierId)).toContain('discrepancy.found');
    });
  });

  describe('news for a one-stop that ends the dossier meanwhile', () => {
    const report = { partner: 'onestop', operation: 'report-status' } as const;
    const endedBy = async (by: string): Promise<ClaimedDelivery> => {
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [5], report);
      const claims = await bench.db.run((tx) =>
        claimLanes(tx, {
          partner: 'onestop',
          workerId: 'worker-a',
          maxLanes: 16,
          deadlineMs: 10_000,
          now: clock.now(),
        }),
      );
      await bench.db.execute(
        `update dossier set state = 'refused', projection = projection || jsonb_build_object('state', 'refused', 'endedBy', $2::text) where id = $1`,
        [dossierId, by],
      );
      return claims.find((one) => one.dossierId === dossierId) as ClaimedDelivery;
    };
    const CLOSED: CallResult = { outcome: 'unknown', wire: 'answered', reasonCode: 'text.unmatched' };
    const REFUSED: CallResult = { outcome: 'refused', wire: 'answered', reasonCode: 'onestop.closed' };
    beforeEach(() => {
      partner = new ScriptedPartner('onestop');
    });

    it.each([
      ['did not get through', RETRY],
      ['is unknown', LOST],
      ['was answered with a text that nobody has classified', CLOSED],
      ['was refused', REFUSED],
    ])('is not owed any more when it %s, and nobody is called', async (_name, result) => {
      const claim = await endedBy('one-stop');
      await settle([called(claim, result)]);
      expect(await bench.statuses(claim.dossierId)).toEqual(['cancelled']);
      expect(await bench.journal(claim.dossierId)).toEqual(['dossier.received']);
      expect(await bench.lane(claim.dossierId, 'onestop')).toMatchObject({ state: 'open', dueAt: null });
      expect(await kindsOf(claim.dossierId)).toEqual(expect.arrayContaining(['attempt.settled', 'delivery.cancelled']));
    });

    it('stays owed when hộ tịch has refused', async () => {
      const claim = await endedBy('registry');
      await settle([called(claim, CLOSED)]);
      expect(await bench.statuses(claim.dossierId)).toEqual(['unknown']);
      expect(await bench.journal(claim.dossierId)).toContain('delivery.unresolved');
    });
  });

  it('settles an unknown hand-over by evidence, and not one that is in flight', async () => {
    const handOver = { partner: 'onestop', operation: 'hand-over-dossier' } as const;
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2], handOver);
    const resolve = () =>
      bench.db.run((tx) =>
        resolveByEvidence(tx, { ...handOver, dossierId, reasonCode: 'evidence.decision' }, clock.now()),
      );
    expect(await resolve()).toEqual([]);
    await bench.db.execute(
      `update delivery set status = 'unknown', due_at = null where dossier_id = $1 and caused_seq = 1`,
      [dossierId],
    );
    expect(await resolve()).toHaveLength(1);
    expect(await bench.statuses(dossierId)).toEqual(['settled', 'queued']);
    expect(await bench.lane(dossierId, 'onestop')).toMatchObject({ state: 'open' });
  });
});
