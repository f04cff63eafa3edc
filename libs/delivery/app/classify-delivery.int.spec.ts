import { systemClock, type AppError } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, until } from '#testing';
import type { CallResult } from '../ports';
import { DeliveryBench } from '../testing/delivery-bench';
import { ACCEPTED, ScriptedPartner } from '../testing/scripted-partner';
import { applyClassifiedTexts } from './apply-classified-texts';
import { classifyDelivery, type Classification, type Classified } from './classify-delivery';
import { claimLanes } from './claim-lanes';
import { clearMetAttention } from './clear-met-attention';
import { Courier } from './courier';
import { readLastReading } from './read-last-reading';
import { ReplyRules } from './reply-rules';
import { settleAttempts } from './settle-attempts';
import { withClassifiedTexts } from './with-classified-texts';

const clock = fixedClock();
const strange = (message: string, code = '400'): CallResult => ({
  outcome: 'unknown',
  wire: 'answered',
  reasonCode: 'text.unmatched',
  httpStatus: 200,
  answer: Buffer.from(message),
  unread: { messages: [message], code },
});
const MESSAGE = 'Hệ thống đang bảo trì, hồ sơ G22.99.08-260302-000001 của Nguyễn Văn Mẫu, số 999085000001';

describe('the operator’s desk', () => {
  let bench: DeliveryBench;
  let partner: ScriptedPartner;
  let key = 0;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
  });
  beforeEach(() => {
    partner = new ScriptedPartner();
    partner.renderBody = async () => JSON.stringify({ nksHoTen: 'Nguyễn Văn Mẫu', soDinhDanh: '999085000001' });
  });
  afterEach(async () => {
    await bench.clear();
    await bench.db.execute('delete from reply_rule_version');
  });
  afterAll(() => bench.close());

  const actor = { id: 'operator-1', type: 'person' as const };
  const deps = () => ({ ...bench.deps(partner, 'desk'), db: bench.db, vault: bench.vault });
  const classify = (given: Partial<Classification> & { deliveryId: string }, idempotencyKey = `key-${++key}`) =>
    classifyDelivery({ outcome: 'retry', scope: 'this', ...given }, { actor, units: null, idempotencyKey }, deps());
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'taken',
      (error: unknown) => (error as AppError).code,
    );
  /** Claims the lane's head and settles it with this answer, read by the rules as a worker would. */
  const answer = async (dossierId: string, result: CallResult, rules = new ReplyRules(bench.db, bench.vault)) => {
    const claims = await claimLanes(bench.db, {
      partner: 'dvclt',
      workerId: 'w',
      maxLanes: 100,
      deadlineMs: 10_000,
      now: clock.now(),
    });
    const claim = claims.find((one) => one.dossierId === dossierId);
    if (!claim) throw new Error('the lane was not claimed');
    partner.answer = () => result;
    const adapter = withClassifiedTexts(partner, rules);
    const task = { ...claim, attempts: 0 };
    const content = await adapter.render(task, {} as never);
    const sent = await adapter.send(task, content, AbortSignal.timeout(1_000), () => true);
    const attempt = { id: bench.ids.next(), claim, tried: { kind: 'call' as const, result: sent } };
    await settleAttempts([{ ...attempt, startedAt: clock.now(), endedAt: clock.now() }], bench.deps(partner, 'w'));
    return claim.deliveryId;
  };
  const waiting = async (message = MESSAGE): Promise<{ dossierId: string; deliveryId: string }> => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    return { dossierId, deliveryId: await answer(dossierId, strange(message)) };
  };
  const entries = (kind: string) =>
    bench.db
      .query<{ bytes: Buffer }>('select bytes from synclog_entry where kind = $1 order by id', [kind])
      .then((rows) => rows.map((row) => JSON.parse(row.bytes.toString()) as Record<string, unknown>));

  it('parks an unknown text, keeps its reading sealed, and calls a person', async () => {
    const { dossierId, deliveryId } = await waiting();
    expect(await bench.deliveries(dossierId)).toMatchObject([{ status: 'unknown', dueAt: null }, { status: 'queued' }]);
    const delivery = { id: deliveryId, dossierId, partner: 'dvclt', operation: 'push-status' };
    const reading = await readLastReading(delivery, actor, deps());
    expect(reading).toEqual({
      attempt: 1,
      code: '200/400',
      messages: ['Hệ thống đang bảo trì, hồ sơ G22.99.08-260302-000001 của Nguyễn Văn Mẫu, số •••••'],
      text: 'hệ thống đang bảo trì, hồ sơ # của #, số #',
    });
    expect(await entries('payload.viewed')).toMatchObject([{ actor, dossierId, purpose: 'classification' }]);
  });

  it.each([
    ['accepted', 'settled', ['settled', 'queued'], 'partner-status.confirmed'],
    ['already-applied', 'settled', ['settled', 'queued'], 'partner-status.confirmed'],
    ['refused', 'dead', ['dead', 'queued'], 'delivery.dead-lettered'],
    ['retry', 'waiting', ['waiting', 'queued'], 'attention.cleared'],
  ] as const)('this one is %s by a person’s word', async (outcome, status, statuses, event) => {
    const { dossierId, deliveryId } = await waiting();
    const taken = await classify({ deliveryId, outcome, reason: 'Đã hỏi qua điện thoại' });
    expect(taken).toEqual({ deliveryId, outcome, status, rule: null, following: 0 });
    expect(await bench.statuses(dossierId)).toEqual(statuses);
    expect(await bench.journal(dossierId)).toContain(event);
    expect(await bench.lane(dossierId)).toMatchObject({ state: outcome === 'refused' ? 'parked' : 'open' });
    const [entry] = (await entries('delivery.classified')).filter((one) => one['dossierId'] === dossierId);
    expect(entry).toMatchObject({
      actor,
      outcome,
      detail: { deliveryId, scope: 'this', fromState: 'unknown', toState: status },
    });
    const [ref] = (entry['detail'] as { refs: string[] }).refs;
    expect((await bench.vault.open(ref)).toString()).toBe('Đã hỏi qua điện thoại');
    expect(JSON.stringify(entry)).not.toContain('điện thoại');
    expect(await bench.db.query('select 1 from reply_rule_version')).toEqual([]);
  });

  it('takes the mark off the dossier only when nothing else waits for a person', async () => {
    const { dossierId, deliveryId } = await waiting();
    const attention = async () =>
      (await bench.db.query<{ attention: boolean }>('select attention from dossier where id = $1', [dossierId]))[0]
        .attention;
    expect(await attention()).toBe(true);
    await bench.db.run((tx) =>
      bench
        .deps(partner, 'x')
        .applyOutcomes(tx, [{ dossierId, command: { kind: 'discrepancy', partner: 'hotich', class: 'test' }, actor }]),
    );
    await classify({ deliveryId, outcome: 'accepted' });
    expect(await attention()).toBe(true);
    const other = await waiting();
    await classify({ deliveryId: other.deliveryId, outcome: 'accepted' });
    expect(await bench.journal(other.dossierId)).toContain('attention.cleared');
  });

  it('takes the mark off when a difference is seen no more, and leaves it while one was found again', async () => {
    const { dossierId, deliveryId } = await waiting();
    const difference = { partner: 'hotich', class: 'reconciliation.missing-there' } as const;
    const change = (kind: 'discrepancy' | 'discrepancy-closed', over: object = {}): Promise<void> =>
      bench.db.run(async (tx) => {
        const deps = bench.deps(partner, 'x');
        await deps.applyOutcomes(tx, [{ dossierId, command: { kind, ...difference, ...over }, actor }]);
        await clearMetAttention(tx, [dossierId], { actor, reason: 'discrepancy.closed' }, deps);
      });
    const reasons = async (): Promise<unknown> =>
      bench.db.query(
        `select data ->> 'reason' as reason from journal where dossier_id = $1 and type = 'attention.cleared'`,
        [dossierId],
      );
    await classify({ deliveryId, outcome: 'accepted' });
    await change('discrepancy');
    await change('discrepancy-closed', { partner: 'dvcqg' });
    await change('discrepancy-closed', { class: 'reconciliation.late' });
    expect(await reasons()).toEqual([{ reason: 'delivery.classified' }]);
    await change('discrepancy-closed');
    expect(await reasons()).toEqual([{ reason: 'delivery.classified' }, { reason: 'discrepancy.closed' }]);
    await change('discrepancy');
    await change('discrepancy-closed', { partner: 'dvcqg' });
    expect(await reasons()).toHaveLength(2);
  });

  it('gives the first answer to the same request again, and refuses another under its key', async () => {
    const { deliveryId } = await waiting();
    const first = await classify({ deliveryId, outcome: 'accepted' }, 'same');
    expect(await classify({ deliveryId, outcome: 'accepted' }, 'same')).toEqual(first);
    expect(await codeOf(classify({ deliveryId, outcome: 'refused' }, 'same'))).toBe('idempotency-conflict');
  });

  it('is not taken where the state does not allow it', async () => {
    const { dossierId, deliveryId } = await waiting();
    const [, queued] = await bench.deliveries(dossierId);
    expect(await codeOf(classify({ deliveryId: queued.id }))).toBe('classification-not-allowed');
    expect(await codeOf(classify({ deliveryId: bench.ids.next() }))).toBe('delivery-unknown');
    await classify({ deliveryId, outcome: 'accepted' });
    expect(await codeOf(classify({ deliveryId, outcome: 'refused' }))).toBe('classification-not-allowed');
    await bench.db.execute(`update delivery set status = 'dead', outcome = 'unknown' where id = $1`, [queued.id]);
    expect(await codeOf(classify({ deliveryId: queued.id, outcome: 'retry' }))).toBe('classification-not-allowed');
    expect(await classify({ deliveryId: queued.id, outcome: 'already-applied' })).toMatchObject({ status: 'settled' });
  });

  it('is not taken while somebody asks the partner about it', async () => {
    const { dossierId, deliveryId } = await waiting();
    await bench.db.execute(`update lane set lease_owner = 'w', lease_until = $2 where dossier_id = $1`, [
      dossierId,
      clock.now(),
    ]);
    expect(await codeOf(classify({ deliveryId, outcome: 'accepted' }))).toBe('delivery-in-motion');
  });

  it('does not say that a hand-over arrived without the one-stop’s code', async () => {
    const { deliveryId } = await waiting();
    await bench.db.execute(`update delivery set operation = 'hand-over-dossier' where id = $1`, [deliveryId]);
    expect(await codeOf(classify({ deliveryId, outcome: 'accepted' }))).toBe('one-stop-code-needed');
    expect(await classify({ deliveryId, outcome: 'retry' })).toMatchObject({ status: 'waiting' });
  });

  it('does not send for a dossier that has ended', async () => {
    const { dossierId, deliveryId } = await waiting();
    await bench.db.execute(`update delivery set operation = 'submit-registration' where id = $1`, [deliveryId]);
    await bench.db.execute(
      `update dossier set state = 'withdrawn', projection = jsonb_set(projection, '{state}', '"withdrawn"') where id = $1`,
      [dossierId],
    );
    expect(await classify({ deliveryId, outcome: 'retry' })).toMatchObject({ status: 'cancelled' });
  });

  it('two people who classify the same delivery: one is taken, the other told [law 5]', async () => {
    const { deliveryId } = await waiting();
    const codes = await Promise.all([
      codeOf(classify({ deliveryId, outcome: 'accepted' })),
      codeOf(classify({ deliveryId, outcome: 'refused' })),
    ]);
    expect(codes.sort()).toEqual(['classification-not-allowed', 'taken']);
  });

  describe('with scope text', () => {
    const apply = async (rules: ReplyRules): Promise<number> => {
      await rules.reload();
      return applyClassifiedTexts({ ...bench.deps(partner, 'w'), db: bench.db, rules });
    };
    const texts = async (): Promise<unknown[]> =>
      (await bench.db.query<{ rules: unknown[] }>('select rules from reply_rule_version order by version')).flatMap(
        (row) => row.rules,
      );

    it('stores the exact text, without codes and personal data, as a new version', async () => {
      const { deliveryId } = await waiting();
      const taken = await classify({ deliveryId, outcome: 'refused', scope: 'text', reason: 'Bảo trì' });
      expect(taken).toMatchObject({ rule: { id: 'dvclt.classified.2', version: 2 }, status: 'dead' });
      expect(await texts()).toEqual([
        {
          id: 'dvclt.classified.2',
          operation: 'push-status',
          code: '200/400',
          text: 'hệ thống đang bảo trì, hồ sơ # của #, số #',
          outcome: 'refused',
          deliveryId,
          reasonRef: expect.any(String),
        },
      ]);
      const [row] = await bench.db.query('select partner, version, made_by, at from reply_rule_version');
      expect(row).toEqual({ partner: 'dvclt', version: 2, made_by: 'operator-1', at: clock.now() });
      expect((await entries('reply-rules.changed')).at(-1)).toMatchObject({
        actor,
        rule: { id: 'dvclt.classified.2', version: 2 },
      });
    });

    it('resolves all that wait over it, and no other text, operation or code', async () => {
      const one = await waiting();
      const same = await waiting(MESSAGE.replace('000001', '000002').toUpperCase());
      const vetoed = await waiting(MESSAGE.replace('đang', 'không'));
      const otherCode = await bench.newDossier();
      await bench.enqueue(otherCode, [1]);
      await answer(otherCode, strange(MESSAGE, '500'));
      const taken = await classify({ deliveryId: one.deliveryId, outcome: 'already-applied', scope: 'text' });
      expect(taken.following).toBe(1);
      const rules = new ReplyRules(bench.db, bench.vault);
      expect(await apply(rules)).toBe(1);
      expect(await apply(rules)).toBe(0);
      expect(await bench.deliveries(same.dossierId)).toMatchObject([
        { status: 'settled', outcome: 'already-applied', reasonCode: 'dvclt.classified.2' },
        { status: 'queued' },
      ]);
      expect(await bench.journal(same.dossierId)).toEqual([
        'dossier.received',
        'delivery.unresolved',
        'partner-status.confirmed',
        'attention.cleared',
      ]);
      expect(await bench.statuses(vetoed.dossierId)).toEqual(['unknown', 'queued']);
      expect(await bench.statuses(otherCode)).toEqual(['unknown']);
    });

    it('judges the next answer by it, with rule and version in the attempt', async () => {
      const { deliveryId } = await waiting();
      await classify({ deliveryId, outcome: 'accepted', scope: 'text' });
      const rules = new ReplyRules(bench.db, bench.vault);
      await rules.reload();
      const next = await bench.newDossier();
      await bench.enqueue(next, [1]);
      const id = await answer(next, strange(MESSAGE), rules);
      expect(await bench.statuses(next)).toEqual(['settled']);
      expect(
        await bench.db.query('select outcome, reason_code, rule_id, rule_version from attempt where delivery_id = $1', [
          id,
        ]),
      ).toEqual([
        { outcome: 'accepted', reason_code: 'dvclt.classified.2', rule_id: 'dvclt.classified.2', rule_version: 2 },
      ]);
    });

    it('resolves also what a worker settled as unknown after the rule was made, before it had read it', async () => {
      const { deliveryId } = await waiting();
      await classify({ deliveryId, outcome: 'accepted', scope: 'text' });
      const late = await waiting();
      expect(await bench.statuses(late.dossierId)).toEqual(['unknown', 'queued']);
      expect(await apply(new ReplyRules(bench.db, bench.vault))).toBe(1);
      expect(await bench.statuses(late.dossierId)).toEqual(['settled', 'queued']);
    });

    it('lets the later word win when the same text is classified again', async () => {
      const [first, second] = [await waiting(), await waiting()];
      await classify({ deliveryId: first.deliveryId, outcome: 'retry', scope: 'text' });
      const taken = await classify({ deliveryId: second.deliveryId, outcome: 'refused', scope: 'text' });
      expect(taken.rule?.version).toBe(3);
      const third = await waiting();
      await apply(new ReplyRules(bench.db, bench.vault));
      expect(await bench.statuses(third.dossierId)).toEqual(['dead', 'queued']);
    });

    it('gives two people who classify two texts at once two versions', async () => {
      const pair = [await waiting('Một câu lạ'), await waiting('Một câu lạ khác')];
      const taken: Classified[] = await Promise.all(
        pair.map(({ deliveryId }) => classify({ deliveryId, outcome: 'retry', scope: 'text' })),
      );
      expect(taken.map((one) => one.rule?.version).sort()).toEqual([2, 3]);
    });

    it('makes no rule of an answer without words, or of an unknown call without an answer', async () => {
      const mute = await waiting('999085000001');
      expect(await codeOf(classify({ deliveryId: mute.deliveryId, scope: 'text' }))).toBe('text-not-storable');
      const dossierId = await bench.newDossier();
      await bench.enqueue(dossierId, [1]);
      const lost = await answer(dossierId, { outcome: 'unknown', wire: 'written', reasonCode: 'wire.cut' });
      expect(await codeOf(classify({ deliveryId: lost, scope: 'text' }))).toBe('text-not-known');
      expect(await texts()).toEqual([]);
    });
  });

  it('a running courier goes on with a classified retry and its kept content, without a restart', async () => {
    const live = await DeliveryBench.open(systemClock);
    try {
      const calls: string[] = [];
      partner.renderBody = async () => '{"nksHoTen":"Nguyễn Văn Mẫu"}';
      partner.answer = ({ body }) => (calls.push(body), calls.length === 1 ? strange('Một câu lạ') : ACCEPTED);
      const rules = new ReplyRules(live.db, live.vault);
      const courier = new Courier(
        { ...live.deps(partner, 'w'), adapter: withClassifiedTexts(partner, rules) },
        { pollMs: 5 },
      );
      const dossierId = await live.newDossier();
      await live.enqueue(dossierId, [1, 2]);
      courier.start();
      try {
        await until(async () => (await live.lane(dossierId)).leaseOwner === null && calls.length === 1, 10_000);
        await until(async () => (await live.statuses(dossierId))[0] === 'unknown', 10_000);
        const [{ id: deliveryId }] = await live.deliveries(dossierId);
        const desk = { ...live.deps(partner, 'desk'), db: live.db, vault: live.vault, syncLog: createSyncLog(live) };
        const given = { deliveryId, outcome: 'retry', scope: 'this' } as const;
        await classifyDelivery(given, { actor, units: null, idempotencyKey: 'k' }, desk);
        await until(async () => (await live.statuses(dossierId)).every((status) => status === 'settled'), 10_000);
        expect(calls[1]).toBe(calls[0]);
        expect(partner.calls[1].task.wasUnknown).toBe(true);
      } finally {
        await courier.stop();
      }
    } finally {
      await live.close();
    }
  });
});
