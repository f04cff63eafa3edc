import { canonicalBytes, sha256 } from '#platform';
import { createPublicKey, verify } from 'node:crypto';
import { createDossiers } from '#dossier';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const OFFICER = 'NGƯỜI MẪU CÁN BỘ';
const ACCEPT = {
  decision: 'accept',
  decidedAt: '2026-03-02T10:00:00+07:00',
  officer: { name: OFFICER, title: 'Công chức', department: 'Bộ phận một cửa' },
  note: null,
};

const filing = (code: string, name = 'TRẺ MẪU MỘT') => ({
  dvcltCode: code,
  oneStopCode: `H99.001-260302-${code.slice(-4)}`,
  procedureCode: '2.000986',
  module: 'KS',
  unit: '123',
  receivedAt: '2026-03-02T08:00:00+07:00',
  subject: { name, birthDate: '01.03.2026' },
  requester: { name: 'NGƯỜI MẪU HAI', identityNumber: '999000000002' },
  content: { nksHoTen: name, nycHoTen: 'NGƯỜI MẪU HAI' },
  attachments: [
    {
      id: 1,
      loaiGiayTo: 3,
      tenGiayTo: 'Giấy chứng sinh',
      tenTepDinhKem: 'gcs.pdf',
      huyGiayTo: 0,
      duLieuTepDinhKem: Buffer.from('%PDF-1.4 MẪU').toString('base64'),
    },
  ],
});

interface Receipt {
  id: string;
  clientId: string;
  dossierId: string;
  contentDigest: string;
  salt: string;
  keyId: string;
  signature: string;
}

describe('what a one-stop hands over', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.addClient({ id: 'other-one-stop', roles: ['integrator'] });
    await gateway.addClient({ id: 'commune-client', roles: ['integrator'], units: ['99002'] });
  }, 60_000);
  afterAll(() => gateway.stop());

  const post = async (url: string, payload: object, key: string, clientId = 'integrator') =>
    gateway.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${await gateway.token(clientId)}`, 'idempotency-key': key },
    });
  const get = async (url: string, clientId = 'integrator') =>
    gateway.app.inject({ url, headers: { authorization: `Bearer ${await gateway.token(clientId)}` } });

  async function dossierAtOneStop(code: string): Promise<string> {
    const { db, ids, procedures, clock } = gateway.parts;
    const dossierId = ids.next();
    const command = {
      kind: 'receive' as const,
      module: 'KS' as const,
      procedureCode: '2.000986',
      unit: '99001',
      receivedAt: clock.now().toISOString(),
      source: 'dvclt' as const,
      dvcltCode: code,
      oneStopCode: `H99.001-260302-${code.slice(-4)}`,
      contentRef: ids.next(),
      contentDigest: code,
    };
    await db.run((tx) =>
      createDossiers(tx, [{ dossierId, command, actor: { id: 'intake', type: 'system' } }], { procedures, clock, ids }),
    );
    return dossierId;
  }

  it('answers a decision with a receipt that the published key verifies, over the body as it was sent', async () => {
    const id = await dossierAtOneStop('G22.99.08-260302-001001');
    const answer = await post('/api/v1/dossiers/G22.99.08-260302-001001/decisions', ACCEPT, 'd-1');
    expect(answer.statusCode).toBe(202);
    const receipt = answer.json<Receipt>();
    expect(receipt).toMatchObject({ clientId: 'integrator', dossierId: id });
    expect(receipt.contentDigest).toBe(
      sha256(Buffer.from(receipt.salt, 'base64'), canonicalBytes(ACCEPT)).toString('base64'),
    );
    const { keys } = (await gateway.app.inject('/.well-known/jwks.json')).json<{
      keys: { kid: string; x: string }[];
    }>();
    const jwk = keys.find((key) => key.kid === receipt.keyId);
    const { signature, ...signed } = receipt;
    expect(
      verify(
        null,
        canonicalBytes(signed),
        createPublicKey({ key: { ...jwk }, format: 'jwk' }),
        Buffer.from(signature, 'base64'),
      ),
    ).toBe(true);
    expect((await get('/api/v1/dossiers/H99.001-260302-1001')).json()).toMatchObject({
      state: 'with-registry',
      allowedDecisions: ['withdraw', 'stop'],
    });
    expect((await get(`/api/v1/receipts/${receipt.id}`)).json()).toEqual(receipt);
  });

  it('shows a receipt to its client, the operator and the auditor, and to no other client', async () => {
    await dossierAtOneStop('G22.99.08-260302-001002');
    const { id } = (await post('/api/v1/dossiers/G22.99.08-260302-001002/decisions', ACCEPT, 'd-2')).json<Receipt>();
    for (const reader of ['operator', 'auditor'])
      expect((await get(`/api/v1/receipts/${id}`, reader)).statusCode).toBe(200);
    expect((await get(`/api/v1/receipts/${id}`, 'other-one-stop')).json()).toMatchObject({
      status: 404,
      code: 'receipt-unknown',
    });
  });

  it('gives the same receipt to the same key and body, and a conflict to another body', async () => {
    await dossierAtOneStop('G22.99.08-260302-001003');
    const url = '/api/v1/dossiers/G22.99.08-260302-001003/decisions';
    const [first, second] = await Promise.all([post(url, ACCEPT, 'd-3'), post(url, ACCEPT, 'd-3')]);
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.json()).toEqual(first.json());
    expect((await post(url, { ...ACCEPT, note: 'khác' }, 'd-3')).json()).toMatchObject({
      status: 409,
      code: 'idempotency-conflict',
    });
  });

  it('tells what would be allowed when a decision is not', async () => {
    await dossierAtOneStop('G22.99.08-260302-001004');
    const answer = await post(
      '/api/v1/dossiers/G22.99.08-260302-001004/decisions',
      { ...ACCEPT, decision: 'hand-over' },
      'd-4',
    );
    expect(answer.json()).toMatchObject({
      status: 409,
      code: 'decision-not-allowed',
      state: 'with-one-stop',
      allowedDecisions: expect.arrayContaining(['accept', 'refuse']),
    });
  });

  it('knows neither a made-up dossier nor one of another commune', async () => {
    await dossierAtOneStop('G22.99.08-260302-001005');
    expect((await post('/api/v1/dossiers/G22.99.08-260302-009999/decisions', ACCEPT, 'd-5')).json()).toMatchObject({
      status: 404,
      code: 'dossier-unknown',
    });
    expect(
      (await post('/api/v1/dossiers/G22.99.08-260302-001005/decisions', ACCEPT, 'd-6', 'commune-client')).json(),
    ).toMatchObject({ status: 404, code: 'dossier-unknown' });
  });

  it.each([
    [{ ...ACCEPT, decision: 'celebrate' }, 'decision'],
    [{ ...ACCEPT, decidedAt: '02/03/2026' }, 'decidedAt'],
    [{ ...ACCEPT, decidedAt: '2026-03-02T10:00:00' }, 'decidedAt'],
    [{ ...ACCEPT, officer: 'x' }, 'officer'],
    [{ ...ACCEPT, officer: { ...ACCEPT.officer, name: 7 } }, 'officer.name'],
    [{ ...ACCEPT, officer: undefined }, 'officer'],
    [{ ...ACCEPT, officer: null }, 'officer'],
    [{ ...ACCEPT, officer: { ...ACCEPT.officer, department: ' ' } }, 'officer.department'],
    [{ ...ACCEPT, note: 'x'.repeat(4_001) }, 'note'],
    [{ ...ACCEPT, supplementDeadline: 'soon' }, 'supplementDeadline'],
  ])('refuses a decision with a wrong member', async (body, field) => {
    expect((await post('/api/v1/dossiers/G22.99.08-260302-001001/decisions', body, 'd-7')).json()).toMatchObject({
      status: 400,
      code: 'request-invalid',
      field,
    });
  });

  it('takes a dossier that the one-stop polled itself, and shows it under both codes', async () => {
    const answer = await post('/api/v1/dossiers', filing('G22.99.08-260302-002001'), 'f-1');
    expect(answer.statusCode).toBe(202);
    const { dossierId } = answer.json<Receipt>();
    expect((await get('/api/v1/dossiers/G22.99.08-260302-002001')).json()).toMatchObject({
      id: dossierId,
      unit: '00123',
      procedure: 'birth-group',
      state: 'with-one-stop',
      codes: { dvclt: 'G22.99.08-260302-002001', oneStop: 'H99.001-260302-2001' },
    });
    expect((await post('/api/v1/dossiers', filing('G22.99.08-260302-002001'), 'f-1')).json()).toEqual(answer.json());
  });

  it('takes null for what the one-stop does not have', async () => {
    const [subject, requester] = [{ identityNumber: null }, { email: null, phone: null, relation: null }];
    const whole = filing('G22.99.08-260302-002008');
    const body = {
      ...whole,
      subject: { ...whole.subject, ...subject },
      requester: { ...whole.requester, ...requester },
    };
    expect((await post('/api/v1/dossiers', body, 'f-null')).statusCode).toBe(202);
  });

  it.each([
    ['unit', { unit: 'xa' }, 400, 'unit'],
    ['unknown unit', { unit: '54321' }, 422, 'unit'],
    ['procedure', { procedureCode: '2.99' }, 400, 'procedureCode'],
    ['subject', { subject: { birthDate: '2026' } }, 400, 'subject.name'],
    ['missing subject', { subject: undefined }, 400, 'subject'],
    ['leaf', { content: { nksHoTen: 7 } }, 400, 'content'],
    ['file', { attachments: [{ id: 1, huyGiayTo: 0, duLieuTepDinhKem: 'không phải base64' }] }, 400, 'attachments[0]'],
  ])('refuses a filing with a wrong %s', async (_, change, status, field) => {
    expect(
      (await post('/api/v1/dossiers', { ...filing('G22.99.08-260302-002002'), ...change }, 'f-2')).json(),
    ).toMatchObject({ status, field });
  });

  it('takes files that are larger than other bodies may be', async () => {
    const body = filing('G22.99.08-260302-002003');
    body.attachments[0].duLieuTepDinhKem = Buffer.concat([Buffer.from('%PDF-'), Buffer.alloc(1_000_000, 32)]).toString(
      'base64',
    );
    expect((await post('/api/v1/dossiers', body, 'f-3')).statusCode).toBe(202);
  });

  it('leaves no name, number or note in lines, journal, events or sync log', async () => {
    const { db } = gateway.parts;
    const told = await db.query(
      `select data::text from journal union all select data::text from event_outbox union all select convert_from(bytes, 'UTF8') from synclog_entry union all select projection::text from dossier`,
    );
    expect(told.length).toBeGreaterThan(10);
    expect(JSON.stringify([told, gateway.lines])).not.toMatch(/MẪU|999000000002|Công chức|khác/);
  });
});
