import { hashSecret, verifySecret } from '#access';
import { fixedClock } from '#testing';
import { secretOf, testGateway, type TestGateway } from '../../test/support/test-gateway';

interface SecretItem {
  id: string;
  isValid: boolean;
  expiresAt: string | null;
  endedAt: string | null;
  lastUsedOn: string | null;
}

describe('secrets of machines that rotate', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway({ clock })), 60_000);
  afterAll(() => gateway.stop());

  let keys = 0;
  const as = async (method: 'GET' | 'POST', url: string, payload?: object, role = 'administrator') => {
    clock.advance(1);
    return gateway.app.inject({
      method,
      url: `/api/v1/clients/${url}`,
      headers: {
        authorization: `Bearer ${await logIn(role).then((one) => one.token)}`,
        ...(method === 'POST' ? { 'idempotency-key': `key-${(keys += 1)}` } : {}),
      },
      ...(payload ? { payload } : {}),
    });
  };
  const logIn = async (id: string, secret = secretOf(id)) => {
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
      }).toString(),
    });
    return { status: answer.statusCode, token: answer.json<{ access_token: string }>().access_token };
  };
  const feed = async (token: string) =>
    (await gateway.app.inject({ url: '/api/v1/feed', headers: { authorization: `Bearer ${token}` } })).json<object>();
  const secretsOf = async (id: string) =>
    (await as('GET', `${id}/secrets`, undefined, 'auditor')).json<{ items: SecretItem[] }>().items;
  const machine = (id: string) => gateway.addClient({ id, roles: ['integrator'], kind: 'machine' });

  it('let both in until the old one’s chosen end, and then the new one alone', async () => {
    await machine('m-overlap');
    const issued = await as('POST', 'm-overlap/secrets', { overlapSeconds: 3_600 });
    expect(issued.statusCode).toBe(201);
    expect(issued.headers['cache-control']).toBe('no-store');
    const { clientSecret } = issued.json<{ clientSecret: string }>();
    expect(await Promise.all([logIn('m-overlap'), logIn('m-overlap', clientSecret)])).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
    const old = await logIn('m-overlap');
    clock.advance(3_598_000);
    expect((await logIn('m-overlap')).status).toBe(200);
    clock.advance(2_000);
    expect((await logIn('m-overlap')).status).toBe(401);
    expect((await logIn('m-overlap', clientSecret)).status).toBe(200);
    expect(await feed(old.token)).toMatchObject({ status: 401 });
    const [fresh, before] = await secretsOf('m-overlap');
    expect([fresh.isValid, fresh.lastUsedOn]).toEqual([true, '2026-03-02']);
    expect([before.isValid, before.endedAt]).toEqual([false, null]);
  });

  it('are shown again to an equal repeat and nowhere else', async () => {
    await machine('m-repeat');
    const headers = { authorization: `Bearer ${(await logIn('administrator')).token}`, 'idempotency-key': 'once' };
    const ask = () =>
      gateway.app.inject({ method: 'POST', url: '/api/v1/clients/m-repeat/secrets', headers, payload: {} });
    const [first, second] = [await ask(), await ask()];
    expect(second.json()).toEqual(first.json());
    const { clientSecret } = first.json<{ clientSecret: string }>();
    const list = await as('GET', 'm-repeat/secrets');
    expect(list.json<{ items: object[] }>().items).toHaveLength(2);
    const stored = await gateway.parts.db.query(
      `select response::text from idempotency union all select secret_hash from client_secret
       union all select convert_from(bytes, 'UTF8') from synclog_entry`,
    );
    expect(list.body + JSON.stringify(stored) + JSON.stringify(gateway.lines)).not.toContain(clientSecret);
    expect(list.body).not.toContain('scrypt');
  });

  it('end at once, with the tokens that were got with them, and leave the other’s alone', async () => {
    await machine('m-end');
    const stolen = await logIn('m-end');
    const { clientSecret } = (await as('POST', 'm-end/secrets', {})).json<{ clientSecret: string }>();
    const fresh = await logIn('m-end', clientSecret);
    expect([await feed(stolen.token), await feed(fresh.token)]).toEqual([
      expect.objectContaining({ items: [] }),
      expect.objectContaining({ items: [] }),
    ]);
    const old = (await secretsOf('m-end'))[1];
    expect((await as('POST', `m-end/secrets/${old.id}/end`)).json()).toMatchObject({ secretId: old.id });
    expect((await logIn('m-end')).status).toBe(401);
    clock.advance(3_000);
    expect(await feed(stolen.token)).toMatchObject({ status: 401, code: 'credential-ended' });
    expect(await feed(fresh.token)).toMatchObject({ items: [] });
  });

  it('do not end all: the last one is kept, and a new one with no overlap takes its place', async () => {
    await machine('m-last');
    const [only] = await secretsOf('m-last');
    expect((await as('POST', `m-last/secrets/${only.id}/end`)).json()).toMatchObject({
      status: 409,
      code: 'last-secret',
    });
    const { clientSecret } = (await as('POST', 'm-last/secrets', { overlapSeconds: 0 })).json<{
      clientSecret: string;
    }>();
    expect((await logIn('m-last')).status).toBe(401);
    expect((await logIn('m-last', clientSecret)).status).toBe(200);
  });

  it('are two at most, and the overlap is not longer than the installation allows', async () => {
    await machine('m-two');
    expect((await as('POST', 'm-two/secrets', {})).statusCode).toBe(201);
    expect((await as('POST', 'm-two/secrets', {})).json()).toMatchObject({ status: 409, code: 'too-many-secrets' });
    expect((await as('POST', 'm-two/secrets', { overlapSeconds: 721 * 3_600 })).json()).toMatchObject({
      status: 400,
      code: 'overlap-too-long',
      field: 'overlapSeconds',
    });
    expect((await as('POST', 'm-two/secrets', { overlapSeconds: 0 })).statusCode).toBe(201);
    expect((await secretsOf('m-two')).filter((one) => one.isValid)).toHaveLength(1);
  });

  it('are two at most also when they are asked for at once', async () => {
    await machine('m-race');
    const answers = await Promise.all([1, 2, 3].map(() => as('POST', 'm-race/secrets', {})));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 409, 409]);
  });

  it('of people are not changed by another, nor those of nobody or of a disabled client', async () => {
    const refused = async (id: string) => (await as('POST', `${id}/secrets`, {})).json<object>();
    // Not by themselves either: what a stolen log-in gives itself would outlive it.
    for (const person of ['approver', 'administrator'])
      expect(await refused(person)).toMatchObject({ status: 409, code: 'client-is-person' });
    await gateway.addClient({ id: 'm-approver', kind: 'machine', roles: ['integrator', 'approver'] });
    expect(await refused('m-approver')).toMatchObject({ status: 409, code: 'client-has-role-of-people' });
    expect(await refused('nobody-at-all')).toMatchObject({ status: 404, code: 'client-unknown' });
    await machine('m-gone');
    await gateway.parts.db.execute('update client set disabled_at = created_at where id = $1', ['m-gone']);
    expect(await refused('m-gone')).toMatchObject({ status: 409, code: 'client-disabled' });
    expect((await as('POST', 'm-two/secrets/00000000-0000-7000-8000-000000000000/end')).json()).toMatchObject({
      status: 404,
      code: 'secret-unknown',
    });
  });

  it('of what cannot be a client are unknown, as of nobody', async () => {
    for (const id of ['a%00b', 'nobody-at-all'])
      for (const path of ['secrets', 'certificates'])
        expect((await as('GET', `${id}/${path}`)).json()).toMatchObject({ status: 404, code: 'client-unknown' });
    expect((await as('POST', 'a%00b/quota', { perMinute: 1, perDay: 1 })).statusCode).toBe(404);
    const webhook = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/webhooks/a%00b/stop',
      headers: { authorization: `Bearer ${(await logIn('operator')).token}`, 'idempotency-key': 'k' },
    });
    expect(webhook.json()).toMatchObject({ status: 404, code: 'webhook-unknown' });
  });

  it('are known to a gateway of the version before as well: one, and none that has ended', async () => {
    await machine('m-old');
    const hashOf = async () =>
      (await gateway.parts.db.query<{ hash: string }>(`select secret_hash as hash from client where id = 'm-old'`))[0]
        .hash;
    const NONE = /^scrypt\$16384\$8\$1\$A{22}\$A{43}$/;
    expect(await hashOf()).toMatch(NONE);
    const { clientSecret, secretId } = (await as('POST', 'm-old/secrets', { overlapSeconds: 60 })).json<{
      clientSecret: string;
      secretId: string;
    }>();
    expect(await verifySecret(clientSecret, await hashOf())).toBe(true);
    await as('POST', `m-old/secrets`, { overlapSeconds: 0 });
    expect(await verifySecret(clientSecret, await hashOf())).toBe(false);
    const [fresh] = await secretsOf('m-old');
    expect(fresh.id).not.toBe(secretId);
    // What such a gateway, or its start, writes counts here: it knows one secret at a time.
    await gateway.parts.db.execute(`update client set secret_hash = $1 where id = 'm-old'`, [
      await hashSecret('theirs'),
    ]);
    expect((await logIn('m-old', 'theirs')).status).toBe(200);
    await gateway.parts.db.execute(
      `insert into client (id, kind, roles, secret_hash, created_at) values ('m-theirs', 'machine', '{integrator}', $1, now())`,
      [await hashSecret('theirs')],
    );
    expect((await logIn('m-theirs', 'theirs')).status).toBe(200);
    expect(await logIn('m-old')).toMatchObject({ status: 401 });
    const leaked = (await as('POST', 'm-old/secrets', { overlapSeconds: 60 })).json<{ secretId: string }>();
    expect((await as('POST', `m-old/secrets/${leaked.secretId}/end`)).statusCode).toBe(200);
    expect(await hashOf()).toMatch(NONE);
    expect((await logIn('m-old', 'theirs')).status).toBe(200);
  });

  it('leave an entry in the sync log for each change, with the id and never the secret', async () => {
    const rows = await gateway.parts.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry where kind like 'client-secret.%' order by id`,
    );
    const entries = rows
      .map(({ entry }) => JSON.parse(entry) as { kind: string; actor: object; detail: { clientId: string } })
      .filter(({ detail }) => detail.clientId === 'm-end');
    expect(entries).toMatchObject([
      {
        kind: 'client-secret.issued',
        actor: { id: 'administrator', addressDigest: expect.any(String) },
        detail: { until: expect.any(String) },
      },
      { kind: 'client-secret.ended', detail: { credentialId: expect.any(String) } },
    ]);
  });
});
