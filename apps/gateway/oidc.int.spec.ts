import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { addPerson, TestBrowser } from '../../test/support/test-person';

const CLIENT = { client_id: 'lienthong', client_secret: 'synthetic-secret-of-the-gateway' };
const CALLBACK = 'http://gateway.test/api/v1/session/oidc/callback';

/** A real identity provider on this machine. Whoever comes is logged in as the person of `accountId` and consents. */
class IdentityProvider {
  accountId = 'subject-1';
  /** Turns the ID token into another one on its way to the gateway. */
  forge: ((idToken: string) => Promise<string>) | undefined;
  issuer = '';
  key!: CryptoKey;
  private server!: Server;

  async start(): Promise<void> {
    let handle: (...args: Parameters<ReturnType<Provider['callback']>>) => void = () => undefined;
    this.server = createServer((request, response) => handle(request, response));
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    this.key = privateKey;
    const provider = new Provider(this.issuer, await configuration(privateKey));
    provider.use(async (context, next) => {
      await next();
      const body = context.body as { id_token?: string } | undefined;
      if (this.forge && context.path === '/token' && body?.id_token)
        context.body = { ...body, id_token: await this.forge(body.id_token) };
    });
    const serve = provider.callback();
    handle = (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return void serve(request, response);
      void provider.interactionFinished(request, response, { login: { accountId: this.accountId } });
    };
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function configuration(privateKey: CryptoKey): Promise<Configuration> {
  return {
    clients: [{ ...CLIENT, redirect_uris: [CALLBACK], response_types: ['code'], grant_types: ['authorization_code'] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', kid: 'k1', alg: 'RS256' }] },
    cookies: { keys: ['synthetic-cookie-key'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  };
}

describe('log-in at an identity provider', () => {
  const provider = new IdentityProvider();
  let gateway: TestGateway;
  beforeAll(async () => {
    // The provider says that its store and its times are those of a test.
    for (const method of ['info', 'warn'] as const) jest.spyOn(console, method).mockImplementation();
    await provider.start();
    gateway = await testGateway({
      env: { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: CLIENT.client_id, OIDC_CLIENT_SECRET: CLIENT.client_secret },
    });
    await addPerson(gateway, { id: 'cb-0001', roles: ['operator'], withTotp: false });
    await gateway.parts.db.execute(`update account set oidc_issuer = $1, oidc_subject = 'subject-1'`, [
      provider.issuer,
    ]);
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    await provider.stop();
    jest.restoreAllMocks();
  });
  afterEach(() => {
    provider.forge = undefined;
    provider.accountId = 'subject-1';
  });

  /** As far as the provider's redirect back to us. */
  const goToProvider = async (tab: TestBrowser): Promise<URL> => {
    const begun = await tab.send('GET', '/api/v1/session/oidc');
    expect(begun.statusCode).toBe(302);
    return followTo(CALLBACK, new URL(String(begun.headers.location)));
  };
  const comeBack = (tab: TestBrowser, { pathname, search }: URL) => tab.send('GET', `${pathname}${search}`);
  const newestFailure = async (): Promise<string | undefined> => {
    const [{ entry }] = await gateway.parts.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry where kind = 'log-in.failed' order by id desc limit 1`,
    );
    return (JSON.parse(entry) as { detail?: { reasonCode?: string } }).detail?.reasonCode;
  };
  const refused = { status: 401, code: 'log-in-not-accepted' };

  it('opens a session for the account that is linked to the subject, with the roles that it has here', async () => {
    const tab = new TestBrowser(gateway);
    const back = await comeBack(tab, await goToProvider(tab));
    expect([back.statusCode, back.headers.location]).toEqual([302, '/']);
    expect([...tab.cookies.keys()]).toEqual(['lienthong']);
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({
      clientId: 'cb-0001',
      how: 'oidc',
      roles: ['operator'],
      pending: [],
    });
    expect((await tab.send('GET', '/api/v1/dead-letters')).statusCode).toBe(200);
  });

  it('asks the provider for a code with PKCE, state and nonce, new ones each time', async () => {
    const ask = async (): Promise<URLSearchParams> =>
      new URL(String((await new TestBrowser(gateway).send('GET', '/api/v1/session/oidc')).headers.location))
        .searchParams;
    const [first, second] = [await ask(), await ask()];
    expect(Object.fromEntries(first)).toMatchObject({
      response_type: 'code',
      scope: 'openid',
      redirect_uri: CALLBACK,
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(first.get(name)).not.toBe(second.get(name));
  });

  it('lets nobody in whose subject is not linked, and makes no account', async () => {
    provider.accountId = 'subject-of-a-stranger';
    const tab = new TestBrowser(gateway);
    expect((await comeBack(tab, await goToProvider(tab))).json()).toMatchObject(refused);
    expect(await newestFailure()).toBe('account-unknown');
    expect(await gateway.parts.db.query('select 1 from account')).toHaveLength(1);
  });

  it('refuses an answer with another state', async () => {
    const tab = new TestBrowser(gateway);
    const callback = await goToProvider(tab);
    callback.searchParams.set('state', 'A'.repeat(43));
    expect((await comeBack(tab, callback)).json()).toMatchObject(refused);
    expect(await newestFailure()).toBe('oidc-answer-wrong');
  });

  it('refuses an answer that another browser brings, and one that comes twice', async () => {
    const [mine, victim] = [new TestBrowser(gateway), new TestBrowser(gateway)];
    const callback = await goToProvider(mine);
    const countFailures = async (): Promise<number> =>
      (await gateway.parts.db.query(`select 1 from synclog_entry where kind = 'log-in.failed'`)).length;
    const before = await countFailures();
    expect((await comeBack(victim, callback)).json()).toMatchObject(refused);
    // Anybody can call this address: what belongs to no log-in of ours is counted, and fills no log.
    expect(await countFailures()).toBe(before);
    expect((await gateway.parts.metrics.render()).text).toMatch(/^lienthong_oidc_stray_callbacks_total 1$/m);
    const ticket = new Map(mine.cookies);
    expect((await comeBack(mine, callback)).statusCode).toBe(302);
    for (const [name, value] of ticket) mine.cookies.set(name, value);
    expect((await comeBack(mine, callback)).json()).toMatchObject(refused);
  });

  type Claims = Record<string, unknown>;
  const forgeWith = async (key: CryptoKey, change: (claims: Claims) => Claims): Promise<TestBrowser> => {
    provider.forge = async (idToken) =>
      new SignJWT(change(decodeJwt(idToken))).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key);
    return new TestBrowser(gateway);
  };

  it.each<[string, (claims: Claims) => Claims]>([
    ['another nonce', (claims) => ({ ...claims, nonce: 'another' })],
    ['another issuer', (claims) => ({ ...claims, iss: 'http://127.0.0.1:1' })],
    ['another audience', (claims) => ({ ...claims, aud: 'somebody-else' })],
    ['a time that is over', (claims) => ({ ...claims, exp: 1_700_000_000, iat: 1_699_999_000 })],
  ])('refuses an ID token with %s, though the provider has signed it', async (_, change) => {
    const tab = await forgeWith(provider.key, change);
    expect((await comeBack(tab, await goToProvider(tab))).json()).toMatchObject(refused);
    expect([...tab.cookies.keys()]).toEqual([]);
  });

  it('refuses an ID token that somebody else has signed', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const honest = await forgeWith(provider.key, (claims) => claims);
    expect((await comeBack(honest, await goToProvider(honest))).statusCode).toBe(302);
    const tab = await forgeWith(privateKey, (claims) => claims);
    expect((await comeBack(tab, await goToProvider(tab))).json()).toMatchObject(refused);
  });

  it('lets nobody in with an account that is disabled here', async () => {
    const tab = new TestBrowser(gateway);
    const callback = await goToProvider(tab);
    await gateway.parts.db.execute(`update client set disabled_at = now() where id = 'cb-0001'`);
    expect((await comeBack(tab, callback)).json()).toMatchObject(refused);
    expect(await newestFailure()).toBe('client-disabled');
    await gateway.parts.db.execute(`update client set disabled_at = null where id = 'cb-0001'`);
  });

  it('keeps no secret, code, state or subject in logs and sync log', async () => {
    const tab = new TestBrowser(gateway);
    const callback = await goToProvider(tab);
    await comeBack(tab, callback);
    const kept = await gateway.parts.db.query(`select convert_from(bytes, 'UTF8') as text from synclog_entry`);
    const text = JSON.stringify(kept) + JSON.stringify(gateway.lines);
    const secrets = [
      callback.searchParams.get('code'),
      callback.searchParams.get('state'),
      CLIENT.client_secret,
      'subject-1',
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

describe('strangers at the log-in of a provider', () => {
  it('wait after many begun log-ins and many answers that are none, those of their address only', async () => {
    const gateway = await testGateway({
      env: {
        OIDC_ISSUER: 'http://127.0.0.1:9',
        OIDC_CLIENT_ID: 'x',
        OIDC_CLIENT_SECRET: 'y',
        MAX_FAILED_LOG_INS: '1',
      },
    });
    for (const path of ['/api/v1/session/oidc', '/api/v1/session/oidc/callback?code=x&state=y']) {
      const from = async (remoteAddress: string): Promise<number> =>
        (await gateway.app.inject({ url: path, remoteAddress })).statusCode;
      const statuses = [];
      for (let n = 0; n < 11; n += 1) statuses.push(await from('198.51.100.1'));
      expect([statuses.slice(0, 10).includes(429), statuses[10]]).toEqual([false, 429]);
      expect(await from('198.51.100.2')).not.toBe(429);
    }
    await gateway.stop();
  });
});

describe('an installation whose identity provider is away, or that has none', () => {
  it('says so', async () => {
    const away = await testGateway({
      env: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'y' },
    });
    expect((await away.app.inject('/api/v1/session/oidc')).json()).toMatchObject({
      status: 503,
      code: 'oidc-provider-away',
    });
    await away.stop();
  });
});

/** Follows redirects with the provider's own cookies until the URL begins with `prefix`. */
async function followTo(prefix: string, start: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 10 && !url.href.startsWith(prefix); hop += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name, ...value] = line.split(';')[0].split('=');
      cookies.set(name, value.join('='));
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${answer.status} ${await answer.text()}`);
    url = new URL(location, url);
  }
  return url;
}
