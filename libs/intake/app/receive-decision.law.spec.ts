import { ALLOWED_DECISIONS, DECISIONS, type Decision, type DossierStateName, type OfficerNote } from '#dossier';
import { rfc3339, uuidIds } from '#platform';
import { ensureSigningKey, fileSigningKeys, leafHash, verifyReceipt, type Receipt } from '#synclog';
import { applyCommand, dossierWithOneStop, intakeWorld, type IntakeWorld } from '../../../test/intake/intake-world';
import type { DecisionBody } from '../ports';
import { receiveDecision, type DecisionRequest, type ReceiptDeps } from './receive-decision';
import { temporaryDir } from '#testing';

let serial = 0;

describe('an officer’s decision', () => {
  let world: IntakeWorld;
  let deps: ReceiptDeps;
  const caller: DecisionRequest['caller'] = { clientId: 'one-stop', units: null };
  const body = (decision: Decision, more: Partial<DecisionBody> = {}): DecisionBody => ({
    decision,
    decidedAt: rfc3339(world.clock.now()),
    officer: { name: 'CÁN BỘ MẪU', title: 'Công chức', department: 'Một cửa' },
    note: 'Đủ điều kiện',
    ...more,
  });
  const request = (code: string, decision: Decision, more: Partial<DecisionRequest> = {}): DecisionRequest => ({
    caller,
    idempotencyKey: uuidIds.next(),
    code,
    body: body(decision),
    ...more,
  });
  const entries = async (dossierId: string): Promise<{ kind: string; bytes: Buffer }[]> =>
    world.test.db.query(`select kind, bytes from synclog_entry where dossier_id = $1 order by id`, [dossierId]);

  async function dossierIn(state: DossierStateName): Promise<{ id: string; code: string }> {
    const number = String((serial += 1)).padStart(6, '0');
    const code = `H99.102-260302-${number}`;
    const dvclt = `G22.99.08-260303-${number}`;
    const id = await dossierWithOneStop(world, { dvclt, oneStop: code });
    for (const step of PATHS[state]) await step(id, code);
    expect((await world.dossier(code)).state).toBe(state);
    return { id, code };
  }
  const decide =
    (decision: Decision) =>
    async (_id: string, code: string): Promise<void> =>
      void (await receiveDecision(request(code, decision), deps));
  const register = async (id: string, code: string): Promise<void> => {
    const at = rfc3339(world.clock.now());
    await applyCommand(world, id, {
      kind: 'delivery-settled',
      partner: 'hotich',
      operation: 'submit-registration',
      outcome: 'accepted',
      at,
    });
    const [{ ref }] = await world.test.db.run((tx) =>
      world.deps.vault.seal(tx, { ownerKind: 'dossier', ownerId: id }, [
        { kind: 'result', contentType: 'application/json', bytes: Buffer.from('{}') },
      ]),
    );
    await applyCommand(world, id, {
      kind: 'registry-reported',
      status: 4,
      at,
      result: { registryCode: `R/${code}`, resultRef: ref, resultDigest: 'x' },
    });
  };
  const PATHS: Record<DossierStateName, readonly ((id: string, code: string) => Promise<void>)[]> = {
    received: [],
    'with-one-stop': [],
    'awaiting-supplement': [decide('request-supplement')],
    'with-registry': [decide('accept')],
    registered: [decide('accept'), register],
    finished: [decide('accept'), register, decide('hand-over')],
    refused: [decide('refuse')],
    withdrawn: [decide('withdraw')],
    stopped: [decide('stop')],
  };
  /** The registration as a delivery in its lane. */
  async function enqueueRegistration(id: string, status: string): Promise<void> {
    await world.test.db.execute(`insert into lane (partner, dossier_id, due_at) values ('hotich', $1, $2)`, [
      id,
      world.clock.now(),
    ]);
    await world.test.db.execute(
      `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, due_at, facts, created_at)
       select $1, 'hotich', id, 'submit-registration', unit, procedure, version, $3, created_at, '{}', created_at from dossier where id = $2`,
      [uuidIds.next(), id, status],
    );
  }
  const statusOf = async (id: string, operation: string): Promise<string> =>
    (
      await world.test.db.query<{ status: string }>(
        `select status from delivery where dossier_id = $1 and operation = $2`,
        [id, operation],
      )
    )[0].status;

  beforeAll(async () => {
    world = await intakeWorld();
    const keyDir = temporaryDir('decision-keys-');
    ensureSigningKey(keyDir);
    deps = { ...world.deps, signingKeys: fileSigningKeys(keyDir) };
  });
  afterAll(() => world.end());

  it('is journalled with the officer sealed, and receipted with the leaf of the same transaction', async () => {
    const { code, id } = await dossierIn('with-one-stop');
    const given = request(code, 'accept');
    const receipt = await receiveDecision(given, deps);
    const state = await world.dossier(code);
    expect(state.state).toBe('with-registry');
    const officer = JSON.parse(
      (await world.deps.vault.open(state.decisionOfficerRef as string)).toString(),
    ) as OfficerNote;
    expect(officer).toEqual({ name: 'CÁN BỘ MẪU', title: 'Công chức', department: 'Một cửa', note: 'Đủ điều kiện' });
    expect(receipt).toMatchObject({ clientId: 'one-stop', operation: 'dossier.decide', dossierId: id });
    expect(verifyReceipt(receipt, deps.signingKeys, given.body)).toBe(true);
    const [entry] = await entries(id);
    expect(entry.kind).toBe('decision.received');
    expect(leafHash(entry.bytes).toString('base64')).toBe(receipt.leafHash);
    expect(JSON.parse(entry.bytes.toString())).toMatchObject({
      contentDigest: receipt.contentDigest,
      codes: [state.codes.dvclt, code],
      detail: { decision: 'accept' },
    });
    const journal = await world.test.db.query<{ text: string }>(
      `select data::text as text from journal where dossier_id = $1`,
      [id],
    );
    expect([...journal.map((row) => row.text), entry.bytes.toString()].join()).not.toMatch(/MẪU|Công chức|điều kiện/);
    expect(world.rung).toEqual(expect.arrayContaining(['outbox', 'lanes']));
  });

  it('finds the dossier by any of its codes', async () => {
    const { code, id } = await dossierIn('with-one-stop');
    const { codes } = await world.dossier(code);
    expect((await receiveDecision(request(codes.dvclt, 'accept'), deps)).dossierId).toBe(id);
  });

  describe.each(Object.keys(ALLOWED_DECISIONS).filter((state) => state !== 'received') as DossierStateName[])(
    'in state %s',
    (state) => {
      it('is taken when the table allows it, else refused with state and allowed decisions, and a refusal is logged', async () => {
        for (const decision of DECISIONS) {
          const { code, id } = await dossierIn(state);
          const before = await world.journal(code);
          const asked = receiveDecision(request(code, decision), deps);
          if (ALLOWED_DECISIONS[state].includes(decision)) {
            expect((await asked).dossierId).toBe(id);
            continue;
          }
          await expect(asked).rejects.toMatchObject({
            code: 'decision-not-allowed',
            status: 409,
            extra: { state, allowedDecisions: ALLOWED_DECISIONS[state] },
          });
          expect(await world.journal(code)).toEqual(before);
          expect((await entries(id)).at(-1)?.kind).toBe('decision.refused');
        }
      });
    },
  );

  it('is not allowed before the one-stop has the dossier, unless it names its code: that is evidence, and the unknown hand-over is settled by it', async () => {
    const number = String((serial += 1)).padStart(6, '0');
    const dvclt = `G22.99.08-260303-${number}`;
    const oneStop = `H99.102-260302-${number}`;
    const { createDossiers } = await import('#dossier');
    const id = uuidIds.next();
    const command = {
      kind: 'receive' as const,
      module: 'KS' as const,
      procedureCode: '2.000986',
      unit: '00123',
      receivedAt: '2026-03-02T08:00:00+07:00',
      source: 'dvclt' as const,
      dvcltCode: dvclt,
      contentRef: uuidIds.next(),
      contentDigest: 'd',
    };
    await world.test.db.run((tx) =>
      createDossiers(tx, [{ dossierId: id, command, actor: { id: 'test', type: 'system' } }], world.deps),
    );
    await world.test.db.execute(`insert into lane (partner, dossier_id) values ('onestop', $1)`, [id]);
    await world.test.db.execute(
      `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, due_at, facts, created_at) values ($1, 'onestop', $2, 'hand-over-dossier', '00123', 'birth-group', 1, 'unknown', now(), '{}', now())`,
      [uuidIds.next(), id],
    );
    await expect(receiveDecision(request(dvclt, 'accept'), deps)).rejects.toMatchObject({
      code: 'decision-not-allowed',
      extra: { state: 'received', allowedDecisions: [] },
    });
    await receiveDecision(request(dvclt, 'accept', { body: body('accept', { oneStopCode: oneStop }) }), deps);
    expect(await world.journal(dvclt)).toEqual(['dossier.received', 'one-stop-code.assigned', 'dossier.accepted']);
    expect(await statusOf(id, 'hand-over-dossier')).toBe('settled');
    expect((await world.dossier(oneStop)).id).toBe(id);
  });

  it('that names another one-stop code than ours is refused', async () => {
    const { code } = await dossierIn('with-one-stop');
    const other = request(code, 'accept', { body: body('accept', { oneStopCode: 'H99.102-260302-999999' }) });
    await expect(receiveDecision(other, deps)).rejects.toMatchObject({ code: 'one-stop-code-mismatch', status: 409 });
  });

  it('about an unknown code, or another unit’s dossier, is answered the same: 404', async () => {
    await expect(receiveDecision(request('H99.102-260302-000000', 'accept'), deps)).rejects.toMatchObject({
      code: 'dossier-unknown',
      status: 404,
    });
    const { code } = await dossierIn('with-one-stop');
    const stranger = request(code, 'accept', { caller: { clientId: 'other', units: ['99001'] } });
    await expect(receiveDecision(stranger, deps)).rejects.toMatchObject({ code: 'dossier-unknown', status: 404 });
    expect(
      (await receiveDecision({ ...stranger, caller: { clientId: 'other', units: ['99001', '00123'] } }, deps)).clientId,
    ).toBe('other');
  });

  it('takes a deadline day as 17:00 of that day, and a time as given', async () => {
    for (const [given, deadline] of [
      ['2026-03-11', '2026-03-11T17:00:00.000+07:00'],
      ['2026-03-12T09:00:00+07:00', '2026-03-12T09:00:00+07:00'],
    ]) {
      const { code } = await dossierIn('with-one-stop');
      await receiveDecision(
        request(code, 'request-supplement', { body: body('request-supplement', { supplementDeadline: given }) }),
        deps,
      );
      expect((await world.dossier(code)).supplement?.deadline).toBe(deadline);
    }
  });

  describe.each(['withdraw', 'stop'] as const)('%s while the registration', (decision) => {
    it.each([
      ['is queued: cancelled in the same transaction, and nobody need look', 'queued', 'cancelled', false],
      ['waits for a retry: cancelled too', 'waiting', 'cancelled', false],
      ['is in flight: left alone, a discrepancy for a person', 'in-flight', 'in-flight', true],
      ['is unknown: left alone, a discrepancy for a person', 'unknown', 'unknown', true],
    ])('%s', async (_what, status, after, attention) => {
      const { code, id } = await dossierIn('with-registry');
      await enqueueRegistration(id, status);
      await receiveDecision(request(code, decision), deps);
      expect(await statusOf(id, 'submit-registration')).toBe(after);
      expect((await world.dossier(code)).attention).toBe(attention);
      expect((await entries(id)).some((entry) => entry.kind === 'delivery.cancelled')).toBe(after === 'cancelled');
    });
  });

  describe('sent twice with one Idempotency-Key', () => {
    it('is answered with the first receipt and has one effect, also when both are sent at once', async () => {
      const { code } = await dossierIn('with-one-stop');
      const same = request(code, 'accept');
      const reordered = {
        ...same,
        body: Object.fromEntries(Object.entries(same.body).reverse()) as unknown as DecisionBody,
      };
      const receipts = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((n) => receiveDecision(n % 2 ? same : reordered, deps)),
      );
      for (const receipt of receipts) expect(receipt).toEqual(receipts[0]);
      expect(await receiveDecision(same, deps)).toEqual(receipts[0]);
      // To the byte, and under any code of the dossier.
      const { codes } = await world.dossier(same.code);
      const again = await receiveDecision({ ...same, code: codes.oneStop ?? codes.dvclt }, deps);
      expect(JSON.stringify(again)).toBe(JSON.stringify(receipts[0]));
      expect((await world.journal(code)).filter((type) => type === 'dossier.accepted')).toHaveLength(1);
      const [{ n }] = await world.test.db.query<{ n: number }>(`select count(*)::int as n from receipt where id = $1`, [
        receipts[0].id,
      ]);
      expect(n).toBe(1);
    });

    it('and another body, or another dossier, is a conflict', async () => {
      const { code } = await dossierIn('with-one-stop');
      const { code: otherCode } = await dossierIn('with-one-stop');
      const first = request(code, 'require-fee');
      await receiveDecision(first, deps);
      for (const changed of [
        { ...first, body: { ...first.body, note: 'khác' } },
        { ...first, code: otherCode },
      ]) {
        await expect(receiveDecision(changed, deps)).rejects.toMatchObject({
          code: 'idempotency-conflict',
          status: 409,
        });
      }
      expect(
        (
          await receiveDecision(
            { ...first, caller: { ...caller, clientId: 'someone-else' }, body: { ...first.body, note: 'khác' } },
            deps,
          )
        ).clientId,
      ).toBe('someone-else');
    });

    it('is judged anew when the first was refused: only 2xx answers bind', async () => {
      const { code, id } = await dossierIn('with-one-stop');
      const early = request(code, 'hand-over');
      await expect(receiveDecision(early, deps)).rejects.toMatchObject({ code: 'decision-not-allowed' });
      await receiveDecision(request(code, 'accept'), deps);
      await register(id, code);
      expect((await receiveDecision(early, deps)).dossierId).toBe(id);
    });
  });

  it('exclude each other when two officers decide at once: one is taken, the other is told the new state', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { code } = await dossierIn('with-one-stop');
      const outcomes = await Promise.allSettled(
        (['accept', 'refuse', 'withdraw', 'stop'] as const).map((decision) =>
          receiveDecision(request(code, decision), deps),
        ),
      );
      const taken = outcomes.filter((one): one is PromiseFulfilledResult<Receipt> => one.status === 'fulfilled');
      const refused = outcomes.filter((one): one is PromiseRejectedResult => one.status === 'rejected');
      // After an acceptance the registry has it, and a withdrawal or a stop is allowed once more.
      expect(taken.length + refused.length).toBe(4);
      expect(
        (await world.journal(code)).filter((type) => /accepted|refused|withdrawn|stopped/.test(type)),
      ).toHaveLength(taken.length);
      expect(taken.length).toBeLessThanOrEqual(2);
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'decision-not-allowed' });
    }
  });

  it('leaves nothing behind when its transaction fails at the end, and the same request succeeds afterwards', async () => {
    const { code, id } = await dossierIn('with-one-stop');
    const given = request(code, 'accept');
    const signingKeys = {
      ...deps.signingKeys,
      sign: () => {
        throw new Error('key service away');
      },
    };
    const before = { journal: await world.journal(code), entries: (await entries(id)).length };
    await expect(receiveDecision(given, { ...deps, signingKeys })).rejects.toThrow('key service away');
    expect({ journal: await world.journal(code), entries: (await entries(id)).length }).toEqual(before);
    expect((await receiveDecision(given, deps)).dossierId).toBe(id);
  });
});
