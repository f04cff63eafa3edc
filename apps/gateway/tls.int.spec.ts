import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { certificateFolder, fixedClock, type CertificateFolder } from '#testing';
import { httpsCaller, type HttpsAnswer, type HttpsCaller } from '../../test/support/https-ask';
import { secretOf, testGateway, type TestGateway } from '../../test/support/test-gateway';

type Identity = { cert: string; key: string };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const clock = fixedClock(new Date());
let folder: CertificateFolder;
let clients: CertificateFolder;
let gateways: TestGateway[];
let callers: HttpsCaller[];

beforeAll(() => {
  folder = certificateFolder();
  clients = certificateFolder();
  gateways = [];
  callers = [];
});
afterAll(async () => {
  for (const caller of callers) caller.close();
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  folder.remove();
  clients.remove();
});

async function listening(files: { certificateFile: string; keyFile: string }, env: Record<string, string> = {}) {
  const gateway = await testGateway({
    clock,
    env: { TLS_CERTIFICATE_PATH: files.certificateFile, TLS_KEY_PATH: files.keyFile, ...env },
  });
  gateways.push(gateway);
  await gateway.app.listen(0, '127.0.0.1');
  return gateway;
}

function callerOf(gateway: TestGateway, identity: Partial<Identity> = {}, options: RequestOptions = {}): HttpsCaller {
  const ca = readFileSync(folder.caFile);
  const caller = httpsCaller(gateway.app.getHttpServer(), { ca, ...identity, ...options });
  callers.push(caller);
  return caller;
}

const bearer = (token: string): RequestOptions => ({ headers: { authorization: `Bearer ${token}` } });

async function tokenBy(caller: HttpsCaller, fields: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString();
  const answer = (await caller.ask('/oauth/token', { method: 'POST', headers: FORM }, body)) as HttpsAnswer;
  return (answer.body as { access_token?: string }).access_token ?? JSON.stringify(answer.body);
}

describe('the TLS of the gateway', () => {
  let gateway: TestGateway;
  const issue = () => folder.write('gateway', folder.issue('gateway', 20));
  beforeAll(async () => void (gateway = await listening(issue())), 60_000);

  it('serves with its certificate, and nobody below TLS 1.2', async () => {
    expect(await callerOf(gateway).ask('/health/live')).toMatchObject({ status: 200, server: 'CN=gateway' });
    const old = callerOf(gateway, {}, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await old.ask('/health/live')).toContain('alert protocol version');
  });

  it('takes new files without a restart, and connections that stand go on', async () => {
    const kept = callerOf(gateway);
    const before = (await kept.ask('/health/live')) as HttpsAnswer;
    folder.write('gateway', folder.issue('renewed', 90));
    gateway.parts.tls?.look();
    const after = (await kept.ask('/health/live')) as HttpsAnswer;
    expect(after.socket).toBe(before.socket);
    expect(await callerOf(gateway).ask('/health/live')).toMatchObject({ status: 200, server: 'CN=renewed' });
  });

  it('goes on with its certificate when the new one is too weak for TLS', async () => {
    const before = (await callerOf(gateway).ask('/health/live')) as HttpsAnswer;
    folder.write('gateway', folder.issueWeak('weak'));
    gateway.parts.tls?.look();
    expect(await callerOf(gateway).ask('/health/live')).toMatchObject({ status: 200, server: before.server });
    expect(gateway.lines).toContainEqual({
      level: 'error',
      event: 'tls.reload-refused',
      fields: { use: 'gateway', problem: expect.stringContaining('ERR_SSL_EE_KEY_TOO_SMALL') },
    });
  });

  it('warns of an end in less than 30 days, and shows each end as a metric', async () => {
    expect(gateway.lines).toContainEqual({
      level: 'warn',
      event: 'certificate.expires-soon',
      fields: { use: 'gateway', part: 'certificate', daysLeft: 19 },
    });
    const { body } = (await callerOf(gateway).ask('/metrics')) as HttpsAnswer;
    expect(body).toMatch(/lienthong_certificate_expiry_seconds\{use="gateway",part="certificate"\} 7\d{6}/);
  });

  it('does not start with a key that is not the certificate’s', async () => {
    const { certificateFile } = folder.write('one', folder.issue('one'));
    const { keyFile } = folder.write('two', folder.issue('two'));
    await expect(listening({ certificateFile, keyFile })).rejects.toMatchObject({
      code: 'tls-files-invalid',
      detail: `the private key ${keyFile} does not belong to the certificate ${certificateFile}`,
    });
  });
});

describe('client certificates', () => {
  let gateway: TestGateway;
  let ours: Identity;
  beforeAll(async () => {
    gateway = await listening(folder.write('mtls', folder.issue('mtls')), { TLS_CLIENT_CA_PATH: clients.caFile });
    for (const id of ['m-one', 'm-two', 'm-subject', 'm-ending'])
      await gateway.addClient({ id, kind: 'machine', roles: ['integrator'] });
    ours = clients.issue('one');
    await add('m-one', { certificate: ours.cert });
  }, 60_000);

  let keys = 0;
  const change = async (url: string, payload: object = {}) =>
    gateway.app.inject({
      method: 'POST',
      url: `/api/v1/clients/${url}`,
      payload,
      headers: {
        authorization: `Bearer ${await gateway.token('administrator')}`,
        'idempotency-key': `key-${(keys += 1)}`,
      },
    });
  const add = async (id: string, payload: object) => (await change(`${id}/certificates`, payload)).json<object>();
  const feedOf = (caller: HttpsCaller, options: RequestOptions = {}) => caller.ask('/api/v1/feed', options);

  it('stand for their client, without a token', async () => {
    expect(await feedOf(callerOf(gateway, ours))).toMatchObject({ status: 200, body: { items: [] } });
    const line = gateway.lines.filter(({ event }) => event === 'request.handled').at(-1);
    expect(line?.fields.clientId).toBe('m-one');
    const list = await gateway.app.inject({
      url: '/api/v1/clients/m-one/certificates',
      headers: { authorization: `Bearer ${await gateway.token('auditor')}` },
    });
    expect(list.json()).toMatchObject({ items: [{ isValid: true, subject: null, lastUsedOn: expect.any(String) }] });
  });

  it.each([
    ['nobody’s', () => clients.issue('stranger'), 'certificate-unknown'],
    ['of an authority that is not believed', () => certificateFolder().issue('one'), 'token-missing'],
    ['that has expired', () => clients.issue('one', -1), 'token-missing'],
    ['that is not there', () => ({}), 'token-missing'],
  ])('let nobody in with one %s', async (_, identity, code) => {
    expect(await feedOf(callerOf(gateway, identity()))).toMatchObject({ status: 401, body: { code } });
    expect(await callerOf(gateway, identity()).ask('/health/live')).toMatchObject({ status: 200 });
  });

  it('stand for a client by their subject too, so that it renews them alone', async () => {
    await add('m-subject', { certificate: clients.issue('subject').cert, by: 'subject' });
    expect(await feedOf(callerOf(gateway, clients.issue('subject')))).toMatchObject({ status: 200 });
    expect(await feedOf(callerOf(gateway, clients.issue('subjects')))).toMatchObject({ status: 401 });
  });

  it('bind a token to themselves: it is worth nothing on another connection', async () => {
    const secret = { client_id: 'm-one', client_secret: secretOf('m-one') };
    const token = await tokenBy(callerOf(gateway, ours), secret);
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()) as object;
    expect(claims).toMatchObject({ cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) } });
    expect(await feedOf(callerOf(gateway, ours), bearer(token))).toMatchObject({ status: 200 });
    for (const stolen of [callerOf(gateway), callerOf(gateway, clients.issue('stranger'))])
      expect(await feedOf(stolen, bearer(token))).toMatchObject({ status: 401, body: { code: 'token-not-bound' } });
    const free = await tokenBy(callerOf(gateway), secret);
    expect(await feedOf(callerOf(gateway), bearer(free))).toMatchObject({ status: 200 });
  });

  it('get a token in place of a secret, for their own client only', async () => {
    const token = await tokenBy(callerOf(gateway, ours), { client_id: 'm-one' });
    expect(await feedOf(callerOf(gateway, ours), bearer(token))).toMatchObject({ status: 200 });
    expect(await tokenBy(callerOf(gateway, ours), { client_id: 'm-two' })).toContain('client-not-accepted');
    const foreign = { client_id: 'm-two', client_secret: secretOf('m-two') };
    expect(await tokenBy(callerOf(gateway, ours), foreign)).toContain('client-not-accepted');
    expect(await tokenBy(callerOf(gateway), { client_id: 'm-one' })).toContain('client-not-accepted');
  });

  it('end at once, with the tokens that they got', async () => {
    const identity = clients.issue('ending');
    const { certificateId } = (await add('m-ending', { certificate: identity.cert })) as { certificateId: string };
    const caller = callerOf(gateway, identity);
    const token = await tokenBy(caller, { client_id: 'm-ending' });
    expect(await feedOf(caller, bearer(token))).toMatchObject({ status: 200 });
    expect(await feedOf(caller)).toMatchObject({ status: 200 });
    expect((await change(`m-ending/certificates/${certificateId}/end`)).statusCode).toBe(200);
    clock.advance(3_000);
    expect(await feedOf(caller)).toMatchObject({ status: 401, body: { code: 'certificate-unknown' } });
    expect(await feedOf(caller, bearer(token))).toMatchObject({ status: 401, body: { code: 'credential-ended' } });
  });

  it('are two at most, of one client each, readable and of machines', async () => {
    const certificate = clients.issue('next').cert;
    expect(await add('m-two', { certificate: ours.cert })).toMatchObject({ status: 409, code: 'certificate-in-use' });
    expect(await add('m-two', { certificate })).toMatchObject({ certificateId: expect.any(String) });
    expect(await add('m-two', { sha256: 'ab'.repeat(32) })).toMatchObject({ certificateId: expect.any(String) });
    expect(await add('m-two', { sha256: 'cd'.repeat(32) })).toMatchObject({
      status: 409,
      code: 'too-many-certificates',
    });
    expect(await add('m-one', { certificate: clients.issue('old', -1).cert })).toMatchObject({
      status: 400,
      code: 'certificate-invalid',
    });
    expect(await add('m-one', { certificate: 'x'.repeat(200) })).toMatchObject({
      status: 400,
      code: 'certificate-invalid',
    });
    expect(await add('m-one', {})).toMatchObject({ status: 400, code: 'certificate-invalid' });
    expect(await add('auditor', { certificate })).toMatchObject({ status: 409, code: 'client-is-person' });
  });

  it('are asked of everybody where they are required', async () => {
    const strict = await listening(folder.write('strict', folder.issue('strict')), {
      TLS_CLIENT_CA_PATH: clients.caFile,
      TLS_CLIENT_CERTIFICATES: 'required',
    });
    expect(await callerOf(strict, ours).ask('/health/live')).toMatchObject({ status: 200 });
    expect(await callerOf(strict).ask('/health/live')).toEqual(expect.any(String));
    expect(await callerOf(strict, clients.issue('one', -1)).ask('/health/live')).toEqual(expect.any(String));
  });
});
