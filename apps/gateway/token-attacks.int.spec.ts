import {
  createHmac,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  sign as signWith,
  type KeyObject,
} from 'node:crypto';
import { fixedClock } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

type Claims = Record<string, unknown>;
type Head = Record<string, unknown>;

const part = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

describe('forged and misused access tokens', () => {
  const clock = fixedClock();
  const stranger = generateKeyPairSync('ed25519');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let gateway: TestGateway;
  /** Of the installation, as anybody can read it at the JWKS. */
  let published: KeyObject;

  beforeAll(async () => {
    gateway = await testGateway({ clock });
    const [jwk] = gateway.parts.signingKeys.publicKeys().keys;
    published = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  }, 60_000);
  afterAll(() => gateway.stop());

  const now = (): number => Math.floor(clock.now().getTime() / 1000);
  const claims = (more: Claims = {}): Claims => ({
    iss: 'http://gateway.test',
    aud: 'lienthong',
    sub: 'auditor',
    roles: ['auditor'],
    iat: now(),
    exp: now() + 900,
    ...more,
  });
  const head = (more: Head = {}): Head => ({ alg: 'EdDSA', typ: 'JWT', kid: gateway.parts.signingKeys.keyId, ...more });
  const token = (first: Head, body: Claims, sign: (text: string) => Buffer): string => {
    const text = `${part(first)}.${part(body)}`;
    return `${text}.${sign(text).toString('base64url')}`;
  };
  /** As the installation itself would sign it: only what it says is wrong. */
  const signed = (body: Claims, first: Head = head()): string =>
    token(first, body, (text) => gateway.parts.signingKeys.sign(Buffer.from(text, 'ascii')));
  const byStranger = (text: string): Buffer => signWith(null, Buffer.from(text), stranger.privateKey);
  const without = (name: string): Claims =>
    Object.fromEntries(Object.entries(claims()).filter(([key]) => key !== name));
  const ask = (given: string) =>
    gateway.app.inject({ url: '/api/v1/sync-log/entries', headers: { authorization: `Bearer ${given}` } });

  it('takes one that is as it should be: what follows fails for its one fault', async () => {
    expect((await ask(signed(claims()))).statusCode).toBe(200);
  });

  it.each<[string, () => string, string]>([
    ['has ended', () => signed(claims({ iat: now() - 1_000, exp: now() - 100 })), 'token-expired'],
    ['begins in the future', () => signed(claims({ nbf: now() + 600 })), 'token-invalid'],
    ['was issued in the future', () => signed(claims({ iat: now() + 600, exp: now() + 900 })), 'token-invalid'],
    ['lives longer than any of ours', () => signed(claims({ iat: now() - 2_000, exp: now() + 9e6 })), 'token-expired'],
    ['is for another audience', () => signed(claims({ aud: 'another-system' })), 'token-invalid'],
    ['is for several audiences without us', () => signed(claims({ aud: ['a', 'b'] })), 'token-invalid'],
    ['is of another issuer', () => signed(claims({ iss: 'http://elsewhere.test' })), 'token-invalid'],
    ['names nobody', () => signed(without('sub')), 'token-invalid'],
    ['never ends', () => signed(without('exp')), 'token-invalid'],
    ['has no roles', () => signed(without('roles')), 'token-invalid'],
    ['has no time of issue', () => signed(without('iat')), 'token-invalid'],
    ['asks for a rule that we do not know', () => signed(claims(), head({ crit: ['x'], x: 1 })), 'token-invalid'],
    ['names another key', () => signed(claims(), head({ kid: 'another' })), 'token-invalid'],
    ['names a file as its key', () => signed(claims(), head({ kid: '../../../../etc/passwd' })), 'token-invalid'],
    ['names a statement as its key', () => signed(claims(), head({ kid: `' or 1=1 --` })), 'token-invalid'],
    ['is not signed', () => token(head({ alg: 'none' }), claims(), () => Buffer.alloc(0)), 'token-invalid'],
    [
      'is not signed, in other letters',
      () => token(head({ alg: 'NoNe' }), claims(), () => Buffer.alloc(0)),
      'token-invalid',
    ],
    ['is signed by a stranger', () => token(head(), claims(), byStranger), 'token-invalid'],
    [
      'brings its own key',
      () => token(head({ jwk: stranger.publicKey.export({ format: 'jwk' }) }), claims(), byStranger),
      'token-invalid',
    ],
    [
      'says where its key is',
      () => token(head({ jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/c' }), claims(), byStranger),
      'token-invalid',
    ],
    [
      'is signed with RSA',
      () => token(head({ alg: 'RS256' }), claims(), (text) => createSign('sha256').update(text).sign(rsa.privateKey)),
      'token-invalid',
    ],
  ])('refuses one that %s', async (_name, make, code) => {
    const answer = await ask(make());
    expect(answer.json()).toMatchObject({ status: 401, code });
    expect(answer.json()).not.toHaveProperty('cause');
  });

  it.each<[string, () => Buffer | string]>([
    ['its PEM', () => published.export({ type: 'spki', format: 'pem' })],
    ['its DER', () => published.export({ type: 'spki', format: 'der' })],
    ['its bare bytes', () => Buffer.from(published.export({ format: 'jwk' }).x as string, 'base64url')],
    ['its JWK', () => JSON.stringify(gateway.parts.signingKeys.publicKeys().keys[0])],
    ['nothing', () => ''],
  ])('refuses one that takes the published key for a shared secret: %s', async (_name, secret) => {
    for (const alg of ['HS256', 'HS512']) {
      const hash = alg === 'HS256' ? 'sha256' : 'sha512';
      const forged = token(head({ alg }), claims(), (text) => createHmac(hash, secret()).update(text).digest());
      expect((await ask(forged)).json()).toMatchObject({ status: 401, code: 'token-invalid' });
    }
  });

  it('gives no role that the account does not have, whatever the token says', async () => {
    const forged = signed(claims({ sub: 'operator', roles: ['operator', 'administrator', 'auditor'] }));
    expect((await ask(forged)).json()).toMatchObject({ status: 403, code: 'role-not-allowed' });
    expect((await ask(signed(claims({ sub: 'nobody-at-all' })))).json()).toMatchObject({ status: 401 });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('knows no account %s', async (sub) => {
    expect((await ask(signed(claims({ sub })))).json()).toMatchObject({ status: 401 });
  });

  it.each([
    ['in the address', `?access_token=TOKEN`, {}],
    ['as a cookie', '', { cookie: 'access_token=TOKEN; Authorization=Bearer TOKEN' }],
    ['by Basic', '', { authorization: 'Basic TOKEN' }],
    ['without its scheme', '', { authorization: 'TOKEN' }],
    ['behind another word', '', { authorization: 'Bearer x TOKEN' }],
    ['in a header that proxies use', '', { 'x-forwarded-authorization': 'Bearer TOKEN' }],
  ])('takes no token %s', async (_name, query, headers: Record<string, string>) => {
    const good = signed(claims());
    const put = (text: string): string => text.replaceAll('TOKEN', good);
    const answer = await gateway.app.inject({
      url: `/api/v1/sync-log/entries${put(query)}`,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, put(value)])),
    });
    expect(answer.statusCode).toBe(401);
  });

  it('cannot be altered in any one place', async () => {
    const good = signed(claims());
    for (let at = 0; at < good.length; at += 7) {
      // The last letter of a part holds bits that no byte has.
      if ('.'.includes(good[at]) || good[at + 1] === '.' || at === good.length - 1) continue;
      const other = good[at] === 'A' ? 'B' : 'A';
      expect([at, (await ask(`${good.slice(0, at)}${other}${good.slice(at + 1)}`)).statusCode]).toEqual([at, 401]);
    }
  });
});
