import { Client } from 'pg';
import { fixedClock } from '#testing';
import { storeDelivery } from '../../test/support/stored-delivery';
import { storeDifference, storeRun } from '../../test/support/stored-discrepancy';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const clock = fixedClock();
const NOBODY = '00000000-0000-7000-8000-000000000000';

interface Run {
  id: string;
  state: string;
}

interface Plan {
  id: string;
  selection: { ids: string[] };
}

interface Page<T> {
  items: T[];
  next: string | null;
}

describe('reconciliations at the API', () => {
  let gateway: TestGateway;
  let owner: Client;
  let keys = 0;
  let dossiers = 0;
  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'one-commune', roles: ['operator'], units: ['99002'] });
    owner = new Client({ connectionString: gateway.ownerUrl });
    await owner.connect();
  }, 60_000);
  afterAll(async () => {
    await owner.end();
    await gateway.stop();
  });
  // The product never deletes them.
  afterEach(() => owner.query('delete from discrepancy; delete from reconciliation'));

  const call = async (method: 'GET' | 'POST', path: string, payload?: object, { as = 'operator', key = '' } = {}) =>
    gateway.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${await gateway.token(as)}`,
        ...(method === 'POST' ? { 'idempotency-key': key || `r-${(keys += 1)}` } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
  const start = (body: object = { partner: 'dvcqg' }, caller?: { as?: string; key?: string }) =>
    call('POST', '/reconciliations', body, caller);
  const listed = async <T>(path: string, as = 'operator') =>
    (await call('GET', path, undefined, { as })).json<Page<T>>().items;

  /** A dossier that was told, and which the portal has no more. */
  async function lost(reconciliationId: string, unit = '99001'): Promise<{ dossierId: string; deliveryId: string }> {
    const { db, ids } = gateway.parts;
    const number = (dossiers += 1);
    const code = `G22.99.08-260302-${String(number).padStart(6, '0')}`;
    return db.run(async (tx) => {
      const delivery = { unit, partner: 'dvcqg', operation: 'sync-dossier', number } as const;
      const dossierId = await storeDelivery(tx, delivery, { ...gateway.parts, clock });
      const [{ id: deliveryId }] = await tx.query<{ id: string }>(
        `update delivery set status = 'settled', outcome = 'accepted', settled_at = $2, due_at = null where dossier_id = $1 returning id`,
        [dossierId, clock.now()],
      );
      const found = { partner: 'dvcqg', class: 'missing-there', ours: 1, dossierId, code, unit } as const;
      await storeDifference(tx, { ...found, id: ids.next(), reconciliationId, at: clock.now() });
      return { dossierId, deliveryId };
    });
  }

  async function finishedRun(differing = 1): Promise<string> {
    const id = gateway.parts.ids.next();
    await gateway.parts.db.run((tx) =>
      storeRun(tx, { id, partner: 'dvcqg', endedAt: clock.now(), agreed: 5, differing, because: { 'in-flight': 2 } }),
    );
    return id;
  }

  it('are asked for by an operator and read by everybody who may read', async () => {
    const made = await start();
    expect(made.statusCode).toBe(201);
    const run = made.json<Run>();
    expect(run).toMatchObject({
      partner: 'dvcqg',
      cause: 'demand',
      state: 'queued',
      from: '2026-01-26T09:00:00.000+07:00',
      to: '2026-03-02T09:00:00.000+07:00',
      requestedBy: 'operator',
      counts: { agreed: 0, differing: 0, unreadable: 0, notLookedAt: 0, calls: 0 },
      notLookedAtBecause: {},
      isClean: false,
      endedAt: null,
    });
    for (const as of ['approver', 'auditor', 'manager', 'one-commune']) {
      expect((await call('GET', `/reconciliations/${run.id}`, undefined, { as })).json()).toEqual(run);
      expect(await listed('/reconciliations', as)).toEqual([run]);
    }
    expect(await listed('/reconciliations?partner=dvcqg&state=queued')).toEqual([run]);
    expect(await listed('/reconciliations?partner=dvclt')).toEqual([]);
    expect(await listed('/reconciliations?state=finished')).toEqual([]);
  });

  it('give an equal request the same run, and another one a conflict', async () => {
    const first = (await start({ partner: 'onestop' }, { key: 'once' })).json<Run>();
    expect((await start({ partner: 'onestop' }, { key: 'once' })).json()).toMatchObject({ id: first.id });
    const other = await start({ partner: 'dvcqg' }, { key: 'once' });
    expect([other.statusCode, other.json()]).toMatchObject([409, { code: 'idempotency-conflict' }]);
    const twin = await start({ partner: 'onestop' });
    expect([twin.statusCode, twin.json()]).toMatchObject([409, { code: 'reconciliation-running', id: first.id }]);
  });

  it.each([
    [
      'ends before it begins',
      { from: '2026-03-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
      'reconciliation-window-invalid',
    ],
    ['ends in the future', { to: '2026-03-02T09:00:01+07:00' }, 'reconciliation-window-invalid'],
    ['is longer than the policy allows', { from: '2020-01-01T00:00:00Z' }, 'reconciliation-window-invalid'],
    ['has no offset', { from: '2026-03-01T00:00:00' }, 'request-invalid'],
    ['is null', { to: null }, 'request-invalid'],
    ['is of a partner that nobody knows', { partner: 'police' }, 'request-invalid'],
  ])('refuse a window that %s', async (_name, body, code) => {
    const answer = await start({ partner: 'dvcqg', ...body });
    expect([answer.statusCode, answer.json()]).toMatchObject([code === 'request-invalid' ? 400 : 422, { code }]);
  });

  it('are stopped by an operator, once', async () => {
    const { id } = (await start()).json<Run>();
    expect((await call('POST', `/reconciliations/${id}/stop`, {})).json()).toMatchObject({
      state: 'stopped',
      reasonCode: 'by-person',
      stoppedBy: 'operator',
      isClean: false,
    });
    const late = await call('POST', `/reconciliations/${id}/stop`, {});
    expect([late.statusCode, late.json()]).toMatchObject([409, { code: 'reconciliation-ended', state: 'stopped' }]);
  });

  it.each([
    ['GET', ''],
    ['POST', '/stop'],
    ['POST', '/replay'],
  ] as const)('say that nobody knows an unknown one: %s …%s', async (method, suffix) => {
    const body = method === 'POST' ? { reasonCode: 'partner-lost-data', reason: 'ticket 4711' } : undefined;
    for (const id of [NOBODY, 'none'])
      expect((await call(method, `/reconciliations/${id}${suffix}`, body)).json()).toMatchObject({
        status: 404,
        code: 'reconciliation-unknown',
      });
  });

  it('are clean only when everything was looked at and agrees', async () => {
    const { db, ids } = gateway.parts;
    const of = async (more: Partial<Parameters<typeof storeRun>[1]>): Promise<boolean> => {
      const id = ids.next();
      clock.advance(1_000);
      await db.run((tx) => storeRun(tx, { id, partner: 'dvcqg', endedAt: clock.now(), ...more }));
      return (await call('GET', `/reconciliations/${id}`)).json<{ isClean: boolean }>().isClean;
    };
    expect(await of({ agreed: 3 })).toBe(true);
    expect(await of({ agreed: 3, differing: 1 })).toBe(false);
    expect(await of({ agreed: 3, because: { 'cannot-ask': 1 } })).toBe(false);
    expect(await of({ agreed: 3, listFailed: true })).toBe(false);
    expect(await of({ agreed: 3, state: 'stopped' })).toBe(false);
    expect(await of({ state: 'skipped' })).toBe(false);
  });

  it('tell of the failure for which the list was left', async () => {
    const [id, endedAt] = [gateway.parts.ids.next(), clock.now()];
    const run = { id, partner: 'onestop', endedAt, failureCode: 'http.5xx', listFailed: true } as const;
    await gateway.parts.db.run((tx) => storeRun(tx, run));
    const shown = { failureCode: 'http.5xx', listFailed: true, isClean: false };
    expect((await call('GET', `/reconciliations/${id}`)).json()).toMatchObject(shown);
    expect((await start()).json()).toMatchObject({ failureCode: null, listFailed: false });
  });

  it('tell what differs, by partner, class, commune, dossier and run', async () => {
    const run = await finishedRun(2);
    const { dossierId } = await lost(run);
    const code = `G22.99.08-260302-${String(dossiers).padStart(6, '0')}`;
    const { db, ids } = gateway.parts;
    const unknownHere = { class: 'missing-here', dossierId: null, code: 'H99.101-260302-0001', unit: null } as const;
    await db.run((tx) =>
      storeDifference(tx, {
        ...unknownHere,
        ...{
          id: ids.next(),
          partner: 'dvcqg',
          reconciliationId: run,
          theirs: 2,
          at: clock.now(),
          cause: 'never-received',
        },
      }),
    );
    clock.advance(90_000);
    const all = await listed<{ id: string }>('/discrepancies', 'manager');
    expect(all).toMatchObject([
      { class: 'missing-here', dossierId: null, codes: ['H99.101-260302-0001'], unit: null, canBeToldAgain: false },
      {
        partner: 'dvcqg',
        class: 'missing-there',
        dossierId,
        codes: [code],
        unit: '99001',
        procedure: 'birth-group',
        ours: 1,
        theirs: null,
        cause: 'partner-lost-it',
        responsible: 'dvcqg',
        state: 'open',
        ageSeconds: 90,
        seen: 1,
        reconciliationId: run,
        closedAt: null,
        canBeToldAgain: true,
      },
    ]);
    const one = [all[1]];
    for (const query of [
      'class=missing-there',
      'unit=99001',
      `dossier=${code}`,
      `dossier=${dossierId}`,
      'limit=1&after=' + all[0].id,
    ])
      expect([query, await listed(`/discrepancies?${query}`)]).toEqual([query, one]);
    for (const query of ['partner=dvcqg', 'state=open', `reconciliation=${run}`])
      expect([query, await listed(`/discrepancies?${query}`)]).toEqual([query, all]);
    for (const query of ['partner=dvclt', 'state=closed', `reconciliation=${NOBODY}`, 'unit=99003'])
      expect([query, await listed(`/discrepancies?${query}`)]).toEqual([query, []]);
    const unknown = await call('GET', '/discrepancies?dossier=G22.99.08-260302-999999');
    expect([unknown.statusCode, unknown.json()]).toMatchObject([404, { code: 'dossier-unknown' }]);
    const first = (await call('GET', '/discrepancies?limit=1')).json<Page<unknown>>();
    expect(first).toEqual({ items: [all[0]], next: all[0].id });
  });

  it('say that a registration can be told again only while its dossier is with hộ tịch', async () => {
    const { db, ids } = gateway.parts;
    const run = await finishedRun();
    const { dossierId } = await lost(run);
    const found = { partner: 'hotich', class: 'missing-there', dossierId, code: 'G22', unit: '99001' } as const;
    await db.run((tx) =>
      storeDifference(tx, { ...found, id: ids.next(), reconciliationId: run, ours: 1, at: clock.now() }),
    );
    const shown = async (state: string) => {
      await db.execute('update dossier set state = $2 where id = $1', [dossierId, state]);
      return listed('/discrepancies?partner=hotich');
    };
    expect(await shown('with-registry')).toMatchObject([{ canBeToldAgain: true }]);
    expect(await shown('registered')).toMatchObject([{ canBeToldAgain: false }]);
  });

  it('let an account of one commune read the numbers and its own differences, and nothing more', async () => {
    const run = await finishedRun(2);
    const foreign = await lost(run, '99001');
    const own = await lost(run, '99002');
    const as = 'one-commune';
    for (const refused of [
      await start({ partner: 'dvcqg' }, { as }),
      await call('POST', `/reconciliations/${run}/stop`, {}, { as }),
    ])
      expect([refused.statusCode, refused.json()]).toMatchObject([403, { code: 'unit-not-allowed' }]);
    expect((await listed<{ dossierId: string }>('/discrepancies', as)).map((row) => row.dossierId)).toEqual([
      own.dossierId,
    ]);
    expect((await call('GET', `/discrepancies?dossier=${foreign.dossierId}`, undefined, { as })).json()).toMatchObject({
      status: 404,
      code: 'dossier-unknown',
    });
    const why = { reasonCode: 'partner-lost-data', reason: 'ticket 4711' };
    const plan = (await call('POST', `/reconciliations/${run}/replay`, why, { as })).json<Plan>();
    expect(plan.selection.ids).toEqual([own.deliveryId]);
  });

  it('are healed by a replay plan of what was told before, and by nothing else', async () => {
    const run = await finishedRun(2);
    const told = [await lost(run), await lost(run, '99002')];
    const why = {
      reasonCode: 'partner-lost-data',
      reason: 'ticket 4711',
      ratePerSecond: 3,
      classes: ['missing-there'],
    };
    const made = await call('POST', `/reconciliations/${run}/replay`, why, { key: 'heal' });
    expect(made.statusCode).toBe(201);
    const plan = made.json<Plan>();
    expect(plan).toMatchObject({
      action: 'replay',
      source: 'history',
      state: 'draft',
      items: 2,
      ratePerSecond: 3,
      reasonCode: 'partner-lost-data',
      requestedBy: 'operator',
    });
    expect([...plan.selection.ids].sort()).toEqual(told.map((one) => one.deliveryId).sort());
    const shown = (await call('GET', `/replays/${plan.id}`)).json();
    expect(shown).toEqual(plan);
    await gateway.parts.db.execute(
      `update discrepancy set state = 'closed', closed_at = last_seen_at where unit = '99002'`,
    );
    expect((await call('POST', `/reconciliations/${run}/replay`, why, { key: 'heal' })).json()).toEqual(plan);
    clock.advance(60_000);
    expect(await listed('/discrepancies?state=closed')).toMatchObject([
      { unit: '99002', ageSeconds: 0, canBeToldAgain: false },
    ]);
    expect(
      (await call('POST', `/reconciliations/${run}/replay`, { ...why, classes: ['late'] }, { key: 'heal' })).json(),
    ).toMatchObject({
      status: 409,
      code: 'idempotency-conflict',
    });
  });

  it('make no plan where nothing can be told again, and leave the key free', async () => {
    const run = await finishedRun(1);
    const why = { reasonCode: 'partner-lost-data', reason: 'ticket 4711' };
    const heal = (body: object) => call('POST', `/reconciliations/${run}/replay`, body, { key: 'nothing' });
    const nothing = await heal(why);
    expect([nothing.statusCode, nothing.json()]).toMatchObject([422, { code: 'nothing-to-tell-again' }]);
    const { deliveryId } = await lost(run);
    const late = await heal({ ...why, classes: ['late'] });
    expect([late.statusCode, late.json()]).toMatchObject([422, { code: 'nothing-to-tell-again' }]);
    expect((await heal({ ...why, reasonCode: 'because' })).json()).toMatchObject({ code: 'replay-reason-unknown' });
    expect((await heal(why)).json<Plan>().selection.ids).toEqual([deliveryId]);
  });

  it.each([
    ['no classes', { classes: [] }],
    ['a class that is none', { classes: ['lost'] }],
    ['a class twice', { classes: ['late', 'late'] }],
    ['no reason', { reason: '  ' }],
    ['a rate of nothing', { ratePerSecond: 0 }],
  ])('refuse a plan with %s', async (_name, body) => {
    const run = await finishedRun();
    const answer = await call('POST', `/reconciliations/${run}/replay`, {
      ...{ reasonCode: 'partner-lost-data', reason: 'ticket 4711' },
      ...body,
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 'request-invalid' }]);
  });

  it('are measured: how long ago, how many were skipped, and what is open', async () => {
    const before = (await gateway.app.inject('/metrics')).body;
    expect(before).not.toContain('lienthong_reconciliation_age_seconds{');
    expect(before).toContain('lienthong_reconciliations_skipped{partner="dvcqg"} 0');
    await lost(await finishedRun());
    clock.advance(60_000);
    const skipped = {
      id: gateway.parts.ids.next(),
      partner: 'dvcqg',
      state: 'skipped',
      endedAt: clock.now(),
    } as const;
    await gateway.parts.db.run((tx) => storeRun(tx, skipped));
    const { body } = await gateway.app.inject('/metrics');
    expect(body).toContain('lienthong_reconciliation_age_seconds{partner="dvcqg"} 60');
    expect(body).not.toContain('lienthong_reconciliation_age_seconds{partner="dvclt"}');
    expect(body).toContain('lienthong_reconciliations_skipped{partner="dvcqg"} 1');
    expect(body).toContain('lienthong_reconciliations_skipped{partner="dvclt"} 0');
    expect(body).toContain('lienthong_discrepancies_open{partner="dvcqg",class="missing-there"} 1');
    expect(body).toContain('lienthong_discrepancies_open{partner="dvcqg",class="late"} 0');
    expect(await listed('/partners')).toContainEqual(
      expect.objectContaining({ id: 'dvcqg', reconciliation: { finishedAgeSeconds: 60, skipped: 1, open: 1 } }),
    );
    expect(await listed('/partners')).toContainEqual(
      expect.objectContaining({ id: 'dvclt', reconciliation: { finishedAgeSeconds: null, skipped: 0, open: 0 } }),
    );
  });
});
