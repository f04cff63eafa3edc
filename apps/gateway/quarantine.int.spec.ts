import { testGateway, type TestGateway } from '../../test/support/test-gateway';

describe('quarantine at the API', () => {
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway()), 60_000);
  afterAll(() => gateway.stop());

  const rerun = async (id: string, key?: string, clientId = 'operator') =>
    gateway.app.inject({
      method: 'POST',
      url: `/api/v1/quarantine/${id}/rerun`,
      headers: {
        authorization: `Bearer ${await gateway.token(clientId)}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    });
  const show = async (id: string) =>
    gateway.app.inject({
      url: `/api/v1/quarantine/${id}`,
      headers: { authorization: `Bearer ${await gateway.token('operator')}` },
    });

  async function quarantined(code: string): Promise<string> {
    const { db, ids, clock } = gateway.parts;
    const id = ids.next();
    await db.execute(
      `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, field, responsible, first_seen, last_seen, seen, state)
       values ($1, 'dvclt', $2, $3, 'unit', 'unit-unknown', 'the unit is not configured for this date', 'unit', 'province', $4, $4, 7, 'open')`,
      [id, code, JSON.stringify({ dvclt: code }), clock.now()],
    );
    return id;
  }

  it('shows stage, reason, field, who must act, and how often it came', async () => {
    const id = await quarantined('G22.99.08-260309-000001');
    const answer = await show(id);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      id,
      source: 'dvclt',
      codes: { dvclt: 'G22.99.08-260309-000001' },
      stage: 'unit',
      reasonCode: 'unit-unknown',
      reason: 'the unit is not configured for this date',
      field: 'unit',
      responsible: 'province',
      seen: 7,
      state: 'open',
    });
  });

  it('marks an item for a rerun, once for one key, and says who did', async () => {
    const id = await quarantined('G22.99.08-260309-000002');
    const first = await rerun(id, 'r-1');
    expect(first.statusCode).toBe(202);
    expect(first.json()).toMatchObject({ id, state: 'rerun', stage: 'unit' });
    expect((await rerun(id, 'r-1')).json()).toEqual(first.json());
    expect((await show(id)).json()).toMatchObject({ state: 'rerun' });
    const second = await rerun(id, 'r-2');
    expect(second.statusCode).toBe(409);
    expect(second.json()).toMatchObject({ code: 'quarantine-item-not-open', state: 'rerun' });
    const entries = await gateway.parts.db.query<{ bytes: Buffer }>(
      `select bytes from synclog_entry where kind = 'item.rerun'`,
    );
    expect(entries.map((row) => JSON.parse(row.bytes.toString()) as object)).toEqual([
      expect.objectContaining({
        actor: expect.objectContaining({ id: 'operator', addressDigest: expect.any(String) as string }) as object,
        codes: ['G22.99.08-260309-000002'],
        detail: { itemId: id, stage: 'unit', reasonCode: 'unit-unknown' },
      }),
    ]);
  });

  it('refuses a rerun without a key, of another item under the same key, of what is not there, and by others', async () => {
    const [one, other] = [await quarantined('G22.99.08-260309-000003'), await quarantined('G22.99.08-260309-000004')];
    expect((await rerun(one)).statusCode).toBe(400);
    expect((await rerun(one, 'r-3')).statusCode).toBe(202);
    const reused = await rerun(other, 'r-3');
    expect(reused.statusCode).toBe(409);
    expect(reused.json()).toMatchObject({ code: 'idempotency-conflict' });
    expect((await rerun('01a21437-264f-72ea-8fcc-260803daab38', 'r-4')).statusCode).toBe(404);
    expect((await rerun('no-id', 'r-5')).statusCode).toBe(404);
    for (const role of ['auditor', 'approver', 'integrator', 'manager'])
      expect((await rerun(other, 'r-6', role)).statusCode).toBe(403);
    expect((await show(other)).json()).toMatchObject({ state: 'open' });
  });
});
