import { undescribed } from '#synclog';
import { fixedClock } from '#testing';
import { syntheticFilings } from '../../test/privacy/synthetic-filings';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const [BIRTH] = syntheticFilings(1);
const NUMBER = BIRTH.content['meSoGiayToTuyThan'];
const UNKNOWN_ID = '0199c1de-0000-7000-8000-000000000000';
const DAY_MS = 24 * 3_600_000;

interface Answer {
  statusCode: number;
  body: Record<string, unknown>;
}

describe('a request of a person', () => {
  const clock = fixedClock(new Date('2026-11-02T03:00:00Z'));
  let gateway: TestGateway;
  let keys = 0;

  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'operator2', roles: ['operator'] });
    await gateway.addClient({ id: 'both', roles: ['operator', 'approver'] });
    await gateway.addClient({ id: 'elsewhere', roles: ['operator'], units: ['99999'] });
    expect((await call('integrator', '/dossiers', BIRTH.body)).statusCode).toBe(202);
  }, 60_000);
  afterAll(() => gateway.stop());

  const call = async (as: string, path: string, payload?: object, key = `key-${(keys += 1)}`): Promise<Answer> => {
    const answer = await gateway.app.inject({
      method: payload === undefined ? 'GET' : 'POST',
      url: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${await gateway.freshToken(as)}`,
        ...(payload === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    return { statusCode: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  };
  const ask = async (): Promise<Record<string, unknown>> => {
    const payload = { kind: 'export', identityNumber: NUMBER, reason: 'letter 12/2026 of the person' };
    const answer = await call('operator', '/persons/requests', payload);
    expect(answer.statusCode).toBe(202);
    return answer.body;
  };
  const approve = ({ id, setDigest }: Record<string, unknown>): Promise<Answer> =>
    call('approver', `/persons/requests/${String(id)}/approve`, { setDigest });
  const withdraw = ({ id }: Record<string, unknown>, as = 'operator', key?: string): Promise<Answer> =>
    call(as, `/persons/requests/${String(id)}/withdraw`, {}, key);
  const entries = async (): Promise<Record<string, unknown>[]> =>
    (
      await gateway.parts.db.query<{ text: string }>(
        `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind = 'person-request.withdrawn' order by id`,
      )
    ).map(({ text }) => JSON.parse(text) as Record<string, unknown>);

  it('is taken back once by who made it, and then is over; it stands in the log and in the list', async () => {
    const asked = await ask();
    expect([asked.state, asked.withdrawnAt]).toEqual(['open', null]);
    const taken = await withdraw(asked, 'operator', 'w-1');
    expect(taken).toEqual({
      statusCode: 200,
      body: { ...asked, state: 'withdrawn', withdrawnAt: expect.stringMatching(/^2026-11-02T/) },
    });
    expect(await withdraw(asked, 'operator', 'w-1')).toEqual(taken);
    expect((await withdraw({ id: UNKNOWN_ID }, 'operator', 'w-1')).body.code).toBe('idempotency-conflict');
    const over = { statusCode: 409, body: { code: 'request-not-open', state: 'withdrawn' } };
    expect([await withdraw(asked), await approve(asked)]).toMatchObject([over, over]);
    expect((await call('operator', `/persons/requests/${String(asked.id)}/take`, {})).body).toMatchObject({
      status: 409,
      code: 'request-not-approved',
    });
    expect((await call('auditor', '/persons/requests?limit=1')).body).toMatchObject({ items: [taken.body] });
    const { id: requestId, setDigest } = asked;
    expect(await entries()).toMatchObject([
      {
        actor: { id: 'operator', type: 'person' },
        operation: 'person.export',
        purpose: 'person-request',
        detail: { requestId, setDigest, count: 1 },
      },
    ]);
    expect((await entries()).flatMap(undescribed)).toEqual([]);
  });

  it('is taken back by nobody else, is unknown to another commune, and needs the role and a key', async () => {
    const asked = await ask();
    for (const as of ['operator2', 'both'])
      expect(await withdraw(asked, as)).toMatchObject({
        statusCode: 403,
        body: { code: 'not-own-request', state: 'open' },
      });
    for (const role of ['approver', 'auditor', 'manager', 'administrator', 'integrator'])
      expect(await withdraw(asked, role)).toMatchObject({ statusCode: 403, body: { code: 'role-not-allowed' } });
    for (const [id, as] of [
      [asked.id, 'elsewhere'],
      [UNKNOWN_ID, 'operator'],
      ['no-id', 'operator'],
    ])
      expect(await withdraw({ id }, as as string)).toMatchObject({
        statusCode: 404,
        body: { code: 'person-request-unknown' },
      });
    expect((await withdraw(asked, 'operator', '')).statusCode).toBe(400);
    expect((await call('auditor', `/persons/requests/${String(asked.id)}`)).body).toEqual(asked);
  });

  it('is not taken back when its export was approved: it may be on its way out', async () => {
    const asked = await ask();
    expect((await approve(asked)).statusCode).toBe(200);
    expect(await withdraw(asked)).toMatchObject({
      statusCode: 409,
      body: { code: 'request-not-open', state: 'approved' },
    });
    expect((await call('operator', `/persons/requests/${String(asked.id)}/take`, {})).statusCode).toBe(200);
  });

  it('is approved or taken back when both are asked for at once, and the other is told', async () => {
    for (let round = 0; round < 6; round += 1) {
      const asked = await ask();
      const both = [() => approve(asked), () => withdraw(asked)];
      const answers = await Promise.all((round % 2 === 0 ? both : both.reverse()).map((decide) => decide()));
      const [won, lost] = answers.sort((one, other) => one.statusCode - other.statusCode);
      const { state } = won.body;
      expect([won.statusCode, lost]).toMatchObject([
        200,
        { statusCode: 409, body: { code: 'request-not-open', state } },
      ]);
      const told = await call('auditor', `/persons/requests/${String(asked.id)}`);
      expect(told.body).toEqual(won.body);
    }
  });

  it('is not taken back after 24 h', async () => {
    const asked = await ask();
    clock.advance(DAY_MS);
    expect(await withdraw(asked)).toMatchObject({
      statusCode: 409,
      body: { code: 'request-expired', state: 'expired' },
    });
  });
});
