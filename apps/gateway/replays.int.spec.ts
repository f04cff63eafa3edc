import { testGateway, type TestGateway } from '../../test/support/test-gateway';

interface View {
  id: string;
  state: string;
  hash: string | null;
}

describe('replay plans at the API', () => {
  let gateway: TestGateway;
  let keys = 0;
  beforeAll(async () => void (gateway = await testGateway()), 60_000);
  afterAll(() => gateway.stop());
  afterEach(async () => {
    await gateway.parts.db.execute('with i as (delete from replay_item) delete from replay_plan');
    await gateway.parts.db.execute('with l as (delete from lane) delete from delivery');
  });

  const call = async (method: 'GET' | 'POST', path: string, payload?: object, as = 'operator') =>
    gateway.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${await gateway.token(as)}`,
        ...(method === 'POST' ? { 'idempotency-key': `r-${(keys += 1)}` } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
  const plan = (body: object = {}, as?: string) =>
    call(
      'POST',
      '/replays',
      { selection: {}, reasonCode: 'partner-recovered', reason: 'it answers again', ...body },
      as,
    );

  /** Dead letters as the tables hold them; no dossier is needed to freeze a plan. */
  async function dead(count: number, more: { operation?: string; unit?: string } = {}): Promise<string[]> {
    const { db, ids } = gateway.parts;
    const made = Array.from({ length: count }, () => ids.next());
    await db.run(async (tx) => {
      for (const id of made) {
        const dossierId = ids.next();
        await tx.execute(
          `insert into dossier (id, procedure, module, unit, state, version, projection, routed_seq, received_at, created_at, updated_at)
           values ($1, 'birth-group', 'KS', '00123', 'with-registry', 1, $2, 1, now(), now(), now())`,
          [
            dossierId,
            JSON.stringify({ id: dossierId, codes: { dvclt: `G22.99.08-260302-${id.slice(-6)}`, registry: [] } }),
          ],
        );
        await tx.execute(
          `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, outcome, reason_code, facts, created_at)
           values ($1, 'hotich', $2, $3, $4, 'birth-group', 1, 'dead', 'refused', 'hotich.refused', '{}', now())`,
          [id, dossierId, more.operation ?? 'submit-registration', more.unit ?? '00123'],
        );
        await tx.execute(`insert into lane (partner, dossier_id, state) values ('hotich', $1, 'parked')`, [dossierId]);
      }
    });
    return made;
  }

  it('freezes a selection and shows it to everybody who may read', async () => {
    const ids = await dead(3);
    const made = await plan({ selection: { ids: ids.slice(0, 2) }, ratePerSecond: 5 });
    expect(made.statusCode).toBe(201);
    const view = made.json<View>();
    expect(view).toMatchObject({
      action: 'replay',
      source: 'dead-letters',
      state: 'draft',
      selection: { ids: ids.slice(0, 2) },
      items: 2,
      dossiers: 2,
      requestedBy: 'operator',
      ratePerSecond: 5,
      totals: null,
      hash: null,
      left: 2,
      stop: null,
    });
    for (const reader of ['approver', 'auditor', 'manager'])
      expect((await call('GET', `/replays/${view.id}`, undefined, reader)).json()).toEqual(view);
    expect((await call('GET', '/replays?state=draft')).json()).toEqual({ items: [view], next: null });
    expect((await call('GET', '/replays?state=running')).json()).toEqual({ items: [], next: null });
  });

  it('pages its items in their order', async () => {
    const ids = await dead(3);
    const { id } = (await plan()).json<View>();
    const first = (await call('GET', `/replays/${id}/items?limit=2`)).json<{
      items: { number: number; deliveryId: string; state: string }[];
      next: string;
    }>();
    expect(first.items.map((item) => [item.number, item.state])).toEqual([
      [1, 'pending'],
      [2, 'pending'],
    ]);
    const rest = (await call('GET', `/replays/${id}/items?limit=2&after=${first.next}`)).json<{
      items: { deliveryId: string }[];
      next: null;
    }>();
    expect([...first.items, ...rest.items].map((item) => item.deliveryId)).toEqual(ids);
    expect(rest.next).toBeNull();
  });

  it('answers a cursor that no list gave with an empty page', async () => {
    await dead(1);
    const { id } = (await plan()).json<View>();
    const answer = await call('GET', `/replays/${id}/items?after=999999999999999`);
    expect([answer.statusCode, answer.json()]).toEqual([200, { items: [], next: null }]);
  });

  it('is steered by operators, step by step, and says what is not allowed now', async () => {
    await dead(1);
    const { id } = (await plan()).json<View>();
    const early = await call('POST', `/replays/${id}/start`, {});
    expect([early.statusCode, early.json()]).toMatchObject([409, { code: 'replay-not-allowed', state: 'draft' }]);
    const looking = await call('POST', `/replays/${id}/dry-run`, {});
    expect([looking.statusCode, looking.json()]).toMatchObject([200, { state: 'dry-running' }]);
    expect((await call('POST', `/replays/${id}/cancel`, {})).json()).toMatchObject({ state: 'cancelled' });
    const late = await call('POST', `/replays/${id}/resume`, {});
    expect([late.statusCode, late.json()]).toMatchObject([409, { code: 'replay-not-allowed', state: 'cancelled' }]);
  });

  it('is approved by an approver alone, for the hash that was seen', async () => {
    await dead(1);
    const { id } = (await plan()).json<View>();
    await gateway.parts.db.execute(
      `update replay_plan set state = 'dry-run', hash = $2, needs_approval = true, dry_run_at = now() where id = $1`,
      [id, Buffer.alloc(32, 7)],
    );
    const hash = Buffer.alloc(32, 7).toString('hex');
    expect((await call('POST', `/replays/${id}/approve`, { hash }, 'operator')).statusCode).toBe(403);
    const wrong = await call('POST', `/replays/${id}/approve`, { hash: '00'.repeat(32) }, 'approver');
    expect([wrong.statusCode, wrong.json()]).toMatchObject([409, { code: 'replay-changed', field: 'hash' }]);
    const approved = await call('POST', `/replays/${id}/approve`, { hash }, 'approver');
    expect([approved.statusCode, approved.json()]).toMatchObject([200, { state: 'approved', approvedBy: 'approver' }]);
  });

  it.each([
    ['a reason code that the policy does not name', { reasonCode: 'because' }, 'replay-reason-unknown'],
    ['an empty selection', { selection: { unit: '99999' } }, 'replay-selection-empty'],
    ['a selection field that nobody knows', { selection: { partners: 'hotich' } }, 'request-invalid'],
    ['a time without offset', { selection: { from: '2026-11-26T10:00:00' } }, 'request-invalid'],
    ['an action that has a request of its own', { action: 'link-registration' }, 'request-invalid'],
    [
      'an edit of history',
      { source: 'history', selection: { dossiers: ['x'] }, edits: [{ field: 'a', value: 'b' }] },
      'replay-not-allowed',
    ],
    ['a request without a selection', { selection: undefined }, 'request-invalid'],
    ['a list in place of a selection', { selection: [] }, 'request-invalid'],
    ['no value in a selection', { selection: { partner: null } }, 'request-invalid'],
    ['no value in place of edits', { edits: null }, 'request-invalid'],
    ['a time that is none', { selection: { from: '2026-W10-1T10:00:00Z' } }, 'request-invalid'],
    ['a time without minutes', { selection: { to: '2026-11-26T10Z' } }, 'request-invalid'],
    ['half a character in the reason', { reason: 'asked \ud800 there' }, 'request-invalid'],
    ['a NUL in the reason', { reason: 'asked \0 there' }, 'request-invalid'],
  ])('refuses %s', async (_name, body, code) => {
    await dead(1);
    const answer = await plan(body);
    expect([answer.statusCode, answer.json()]).toMatchObject([code === 'request-invalid' ? 400 : 422, { code }]);
  });

  it('refuses to link a registration to what registers nothing, or without its parts', async () => {
    const [report] = await dead(1, { operation: 'report-status' });
    const [push] = await dead(1);
    const link = (delivery: string, more: object = {}) =>
      call('POST', '/registration-links', {
        delivery,
        registrationNumber: '12',
        bookNumber: '03/2026',
        registeredOn: '2026-03-02',
        file: Buffer.from('%PDF-1.7 synthetic').toString('base64'),
        reason: 'entered at the commune',
        ...more,
      });
    expect((await link(report)).json()).toMatchObject({ code: 'link-not-possible', field: 'delivery' });
    expect((await link(push)).json()).toMatchObject({ code: 'link-incomplete', field: 'identityNumber' });
    const noPdf = { identityNumber: '099026000001', file: Buffer.from('no pdf').toString('base64') };
    expect((await link(push, noPdf)).json()).toMatchObject({ code: 'link-incomplete', field: 'file' });
    expect((await link(gateway.parts.ids.next())).json()).toMatchObject({ code: 'replay-selection-empty' });
  });
});
