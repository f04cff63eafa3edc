import { fixedClock } from '#testing';
import { storeDelivery } from '../../test/support/stored-delivery';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const clock = fixedClock();
const READING = {
  messages: ['Hệ thống bảo trì, hồ sơ G22.99.08-260302-000001, số 999085000001'],
  code: '200/400',
  text: 'hệ thống bảo trì, hồ sơ #, số #',
};

/** The operator's desk over HTTP; what a classification does is shown in libs/delivery/app/classify-delivery.int.spec.ts. */
describe('classification of an unknown delivery', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'other-commune', roles: ['operator'], units: ['99002'] });
  }, 60_000);
  afterAll(() => gateway.stop());
  let count = 0;

  /** A delivery that waits for a person over `READING`. */
  const waiting = async (): Promise<{ id: string; dossierId: string }> => {
    const { db, ids, vault } = gateway.parts;
    return db.run(async (tx) => {
      const delivery = { unit: '99001', partner: 'dvclt', operation: 'push-status', number: (count += 1) } as const;
      const dossierId = await storeDelivery(tx, delivery, { ...gateway.parts, clock });
      const owner = { ownerKind: 'dossier', ownerId: dossierId } as const;
      const bytes = Buffer.from(JSON.stringify(READING));
      const [reading, content] = await vault.seal(tx, owner, [
        { kind: 'answer', contentType: 'application/json', bytes },
        { kind: 'content', contentType: 'application/json', bytes: Buffer.from('{}') },
      ]);
      await tx.execute(
        `update dossier set projection = jsonb_set(projection, '{contentRef}', to_jsonb($2::text)) where id = $1`,
        [dossierId, content.ref],
      );
      const key = JSON.stringify(['dvclt', 'push-status', READING.code, READING.text]);
      const [{ id }] = await tx.query<{ id: string }>(
        `update delivery set status = 'unknown', outcome = 'unknown', due_at = null, reason_code = 'text.unmatched', attempts = 1, text_digest = $2,
           fields = '[{"field":"meSoDDCN","problem":"too-long"}]'
         where dossier_id = $1 returning id`,
        [dossierId, vault.dedupDigest(Buffer.from(key))],
      );
      await tx.execute(
        `insert into attempt (id, delivery_id, number, kind, worker, fence, started_at, ended_at, outcome, wire, http_status, reason_code, text_ref)
         values ($1, $2, 1, 'call', 'w1', 1, $3, $3, 'unknown', 'answered', 200, 'text.unmatched', $4)`,
        [ids.next(), id, clock.now(), reading.ref],
      );
      return { id, dossierId };
    });
  };
  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    options: { as?: string; body?: object; key?: string } = {},
  ) => {
    const { as = 'operator', body, key } = options;
    const headers = {
      authorization: `Bearer ${await gateway.token(as)}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    const answer = await gateway.app.inject({
      method,
      url: `/api/v1${path}`,
      headers,
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, json: answer.json<Record<string, unknown>>(), text: answer.body };
  };
  const kinds = (dossierId: string) =>
    gateway.parts.db
      .query<{ kind: string }>('select kind from synclog_entry where dossier_id = $1 order by id', [dossierId])
      .then((rows) => rows.map((row) => row.kind));

  it('shows an operator what the partner wrote, numbers masked, and writes the view down', async () => {
    const { id, dossierId } = await waiting();
    const shown = await ask('GET', `/deliveries/${id}`);
    expect(shown.json['evidence']).toEqual({
      attempt: 1,
      code: '200/400',
      messages: ['Hệ thống bảo trì, hồ sơ G22.99.08-260302-000001, số •••••'],
      text: READING.text,
    });
    expect(shown.json['reason']).toEqual({
      code: 'text.unmatched',
      fields: [{ field: 'meSoDDCN', problem: 'too-long' }],
    });
    expect(await kinds(dossierId)).toEqual(['payload.viewed']);
  });

  it.each(['approver', 'auditor'])('shows an %s no text, and no view is written', async (as) => {
    const { id, dossierId } = await waiting();
    const shown = await ask('GET', `/deliveries/${id}`, { as });
    expect([shown.status, shown.json['evidence']]).toEqual([200, null]);
    expect(shown.text).not.toContain('bảo trì');
    expect(await kinds(dossierId)).toEqual([]);
  });

  it('takes a person’s word once, and gives the same answer to the same request', async () => {
    const { id, dossierId } = await waiting();
    const body = { outcome: 'already-applied', scope: 'text', reason: 'Đã gọi điện' };
    const first = await ask('POST', `/deliveries/${id}/classification`, { body, key: 'a' });
    expect(first).toMatchObject({
      status: 200,
      json: {
        deliveryId: id,
        outcome: 'already-applied',
        status: 'settled',
        rule: { id: 'dvclt.classified.2', version: 2 },
      },
    });
    expect((await ask('POST', `/deliveries/${id}/classification`, { body, key: 'a' })).json).toEqual(first.json);
    expect(await ask('POST', `/deliveries/${id}/classification`, { body, key: 'b' })).toMatchObject({
      status: 409,
      json: { code: 'classification-not-allowed', state: 'settled' },
    });
    expect(await kinds(dossierId)).toEqual(['reply-rules.changed', 'delivery.classified']);
    const entries = await gateway.parts.db.query<{ bytes: Buffer }>(
      'select bytes from synclog_entry where dossier_id = $1',
      [dossierId],
    );
    expect(entries.map((entry) => entry.bytes.toString()).join()).not.toMatch(/bảo trì|Đã gọi/);
    const events = await gateway.parts.db.query<{ type: string }>('select type from journal where dossier_id = $1', [
      dossierId,
    ]);
    expect(events.map((event) => event.type)).toContain('partner-status.confirmed');
    expect(await gateway.parts.db.query('select made_by from reply_rule_version')).toEqual([{ made_by: 'operator' }]);
  });

  it.each([
    [{ outcome: 'accepted' }],
    [{ scope: 'this' }],
    [{ outcome: 'unknown', scope: 'this' }],
    [{ outcome: 'accepted', scope: 'all' }],
    [{ outcome: 'accepted', scope: 'this', reason: 7 }],
    [{ outcome: 'accepted', scope: 'this', reason: 'x'.repeat(1_001) }],
    [{ outcome: 'accepted', scope: 'this', phrase: 'thành công' }],
  ])('refuses the body %j', async (body) => {
    const { id } = await waiting();
    expect(await ask('POST', `/deliveries/${id}/classification`, { body, key: 'x' })).toMatchObject({
      status: 400,
      json: { code: 'request-invalid' },
    });
  });

  it('needs an Idempotency-Key, an operator, and a delivery of the own communes', async () => {
    const { id } = await waiting();
    const body = { outcome: 'retry', scope: 'this' };
    const path = `/deliveries/${id}/classification`;
    expect(await ask('POST', path, { body })).toMatchObject({ status: 400, json: { code: 'idempotency-key-missing' } });
    expect(await ask('POST', path, { body, key: 'k', as: 'approver' })).toMatchObject({ status: 403 });
    expect(await ask('POST', path, { body, key: 'k', as: 'other-commune' })).toMatchObject({
      status: 404,
      json: { code: 'delivery-unknown' },
    });
    expect(
      await ask('POST', `/deliveries/${gateway.parts.ids.next()}/classification`, { body, key: 'k' }),
    ).toMatchObject({
      status: 404,
    });
    expect(await ask('POST', path, { body, key: 'k' })).toMatchObject({ status: 200, json: { status: 'waiting' } });
  });

  it('shows the fields of a dead letter in the list', async () => {
    const { id } = await waiting();
    await ask('POST', `/deliveries/${id}/classification`, { body: { outcome: 'refused', scope: 'this' }, key: 'z' });
    const { items } = (await ask('GET', '/dead-letters')).json as { items: Record<string, unknown>[] };
    expect(items.find((item) => item['id'] === id)).toMatchObject({
      status: 'dead',
      reason: { code: 'classified.by-person', fields: [{ field: 'meSoDDCN', problem: 'too-long' }] },
    });
  });
});
