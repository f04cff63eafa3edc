import { fixedClock } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { addPerson, codeOf, TestBrowser, type PersonToAdd, type TestPerson } from '../../test/support/test-person';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const COOKIE = 'lienthong';

describe('sessions of people', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  beforeAll(
    async () =>
      void (gateway = await testGateway({ clock, env: { MAX_FAILED_PASSWORDS: '3', MAX_FAILED_LOG_INS: '8' } })),
    60_000,
  );
  afterAll(() => gateway.stop());

  let number = 0;
  const person = (given: Partial<PersonToAdd> = {}): Promise<TestPerson> =>
    addPerson(gateway, { id: `cb-${String((number += 1)).padStart(4, '0')}`, roles: ['operator'], ...given });
  const browser = (): TestBrowser => new TestBrowser(gateway);
  /** Codes are good once: the next one is there half a minute later. */
  const nextCode = (): void => clock.advance(30_000);
  const entriesOf = async (id: string): Promise<{ kind: string; reason?: string }[]> => {
    const rows = await gateway.parts.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry order by id`,
    );
    return rows
      .map(
        ({ entry }) =>
          JSON.parse(entry) as {
            kind: string;
            actor: { id: string };
            detail?: { clientId?: string; reasonCode?: string };
          },
      )
      .filter(({ actor, detail }) => actor.id === id || detail?.clientId === id)
      .map(({ kind, detail }) => ({ kind, ...(detail?.reasonCode ? { reason: detail.reasonCode } : {}) }));
  };
  const run = (sql: string, ...values: unknown[]): Promise<number> => gateway.parts.db.execute(sql, values);

  it('open with password and one-time code, say who it is, and end at log-out', async () => {
    const someone = await person({ units: ['99001'] });
    const tab = browser();
    const opened = await tab.logIn(someone);
    expect(opened.statusCode).toBe(200);
    expect(opened.headers['cache-control']).toBe('no-store');
    expect(opened.headers['set-cookie']).toMatch(/^lienthong=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await tab.send('GET', '/api/v1/session')).json()).toEqual({
      clientId: someone.id,
      username: someone.username,
      kind: 'person',
      roles: ['operator'],
      units: ['99001'],
      how: 'password',
      pending: [],
      csrfToken: tab.csrf,
      startedAt: '2026-03-02T09:00:00.000+07:00',
      expiresAt: '2026-03-02T19:00:00.000+07:00',
      idleSeconds: 1_800,
    });
    expect((await tab.send('GET', '/api/v1/dead-letters')).statusCode).toBe(200);
    const { cookieHeader } = tab;
    expect((await tab.send('DELETE', '/api/v1/session')).statusCode).toBe(200);
    expect(tab.cookies.size).toBe(0);
    const again = await gateway.app.inject({ url: '/api/v1/session', headers: { cookie: cookieHeader } });
    expect(again.json()).toMatchObject({ status: 401, code: 'session-over' });
    expect(await entriesOf(someone.id)).toEqual([
      { kind: 'log-in.succeeded' },
      { kind: 'session.ended', reason: 'log-out' },
    ]);
  });

  it('leave nothing of password, code, secret, token or name in logs, sync log and session table', async () => {
    const someone = await person();
    const tab = browser();
    await tab.logIn(someone, { password: 'một mật khẩu sai' });
    await tab.logIn(someone);
    await tab.send('GET', '/api/v1/session');
    const kept = await gateway.parts.db.query(
      `select convert_from(bytes, 'UTF8') as text from synclog_entry union all select s::text from person_session s
       union all select encode(totp_sealed, 'escape') from account`,
    );
    const text = JSON.stringify(kept) + JSON.stringify(gateway.lines);
    for (const secret of [someone.password, someone.totpSecret!, tab.cookies.get(COOKIE)!, tab.csrf!, someone.username])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/một mật khẩu sai|203\.0\.113/);
  });

  it('get a new token at each log-in, and what was planted before is worth nothing', async () => {
    const someone = await person();
    const tab = browser();
    tab.cookies.set(COOKIE, 'A'.repeat(43));
    await tab.logIn(someone);
    const first = tab.cookies.get(COOKIE)!;
    expect(first).not.toBe('A'.repeat(43));
    nextCode();
    await tab.logIn(someone);
    expect(tab.cookies.get(COOKIE)).not.toBe(first);
    for (const old of ['A'.repeat(43), first]) {
      const answer = await gateway.app.inject({ url: '/api/v1/session', headers: { cookie: `${COOKIE}=${old}` } });
      expect(answer.json()).toMatchObject({ status: 401, code: 'session-over' });
    }
    const twice = await gateway.app.inject({
      url: '/api/v1/session',
      headers: { cookie: `${COOKIE}=${tab.cookies.get(COOKIE)}; ${COOKIE}=${'B'.repeat(43)}` },
    });
    expect(twice.json()).toMatchObject({ status: 401, code: 'token-missing' });
  });

  it('change nothing without their own token against cross-site requests', async () => {
    const [mine, other] = [browser(), browser()];
    await mine.logIn(await person());
    await other.logIn(await person());
    const cookie = mine.cookieHeader;
    const post = (csrf?: string) =>
      gateway.app.inject({
        method: 'POST',
        url: '/api/v1/watches',
        payload: {},
        headers: { cookie, ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }) },
      });
    for (const wrong of [undefined, '', 'x', other.csrf])
      expect((await post(wrong)).json()).toMatchObject({ status: 403, code: 'csrf-token-wrong' });
    expect((await post(mine.csrf)).json()).toMatchObject({ status: 400 });
    const end = await gateway.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: { cookie } });
    expect(end.json()).toMatchObject({ code: 'csrf-token-wrong' });
  });

  it('cannot be opened by a form of another site', async () => {
    const { username, password } = await person();
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ username, password }).toString(),
    });
    expect(answer.json()).toMatchObject({ status: 415, code: 'content-type-not-supported' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('answer every failed log-in alike, whatever was wrong', async () => {
    const someone = await person();
    const disabled = await person();
    await run('update client set disabled_at = now() where id = $1', disabled.id);
    const unknown = { ...someone, username: 'nobody-of-that-name' };
    const tab = browser();
    const answers = [
      await tab.logIn(someone, { password: 'wrong password' }),
      await tab.logIn(someone, { totp: '000000' }),
      await tab.send('POST', '/api/v1/session', { body: { username: someone.username, password: someone.password } }),
      await tab.logIn(disabled),
      await tab.logIn(unknown),
    ];
    const [first, ...others] = answers.map(({ statusCode, body }) => ({ statusCode, body }));
    expect(first).toMatchObject({ statusCode: 401 });
    for (const answer of others) expect(answer).toEqual(first);
    expect((await entriesOf(someone.id)).map(({ reason }) => reason)).toEqual([
      'password-wrong',
      'totp-wrong',
      'totp-wrong',
      undefined,
    ]);
    expect((await entriesOf(disabled.id)).at(-1)).toEqual({ kind: 'log-in.failed', reason: 'client-disabled' });
  });

  it('take a one-time code once', async () => {
    const someone = await person();
    const code = codeOf(someone, clock.now())!;
    expect((await browser().logIn(someone, { totp: code })).statusCode).toBe(200);
    expect((await browser().logIn(someone, { totp: code })).statusCode).toBe(401);
    nextCode();
    expect((await browser().logIn(someone, { totp: code })).statusCode).toBe(401);
    expect((await browser().logIn(someone)).statusCode).toBe(200);
  });

  it('take a one-time code once also when two ask in the same moment', async () => {
    const someone = await person();
    const code = codeOf(someone, clock.now())!;
    const answers = await Promise.all([1, 2, 3].map(() => browser().logIn(someone, { totp: code })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401, 401]);
  });

  it('stay shut for a while after failures of password or code, for the right ones too', async () => {
    const someone = await person();
    const tab = browser();
    await tab.logIn(someone, { password: 'wrong password' });
    await tab.logIn(someone, { totp: '000000' });
    await tab.logIn(someone, { password: 'wrong password' });
    expect((await entriesOf(someone.id)).at(-1)).toEqual({ kind: 'account.locked' });
    expect((await tab.logIn(someone)).statusCode).toBe(401);
    clock.advance(15 * MINUTE_MS - 1);
    expect((await tab.logIn(someone)).statusCode).toBe(401);
    clock.advance(1);
    expect((await tab.logIn(someone)).statusCode).toBe(200);
  });

  it('count failures that come at once one by one', async () => {
    const someone = await person();
    await Promise.all([1, 2, 3].map(() => browser().logIn(someone, { password: 'wrong password' })));
    expect((await browser().logIn(someone)).statusCode).toBe(401);
    clock.advance(15 * MINUTE_MS);
  });

  it('make an address wait that fails too often', async () => {
    const someone = await person();
    const stranger = { ...someone, username: 'made-up', totpSecret: null };
    const guess = () => browser().logIn(stranger, { remoteAddress: '198.51.100.9' });
    for (let n = 0; n < 8; n += 1) expect((await guess()).statusCode).toBe(401);
    const limited = await guess();
    expect(limited.json()).toMatchObject({ status: 429, code: 'too-many-failed-log-ins' });
    expect((await browser().logIn(someone)).statusCode).toBe(200);
    clock.advance(MINUTE_MS);
  });

  it('end when they are not used, and at their absolute end however much they are used', async () => {
    const someone = await person();
    const [idle, busy] = [browser(), browser()];
    await idle.logIn(someone);
    nextCode();
    await busy.logIn(someone);
    for (let minutes = 0; minutes < 600; minutes += 25) {
      expect((await busy.send('GET', '/api/v1/session')).statusCode).toBe(200);
      clock.advance(25 * MINUTE_MS);
    }
    expect((await idle.send('GET', '/api/v1/session')).json()).toMatchObject({ code: 'session-over' });
    expect((await busy.send('GET', '/api/v1/session')).json()).toMatchObject({ code: 'session-over' });
  });

  it.each([
    ['other roles', `update client set roles = '{manager}' where id = $1`],
    ['other communes', `update client set units = '{99002}' where id = $1`],
    ['another password', `update account set password_set_at = password_set_at + interval '1 s' where client_id = $1`],
    ['disabled', 'update client set disabled_at = now() where id = $1'],
    ['stopped', `update client set suspended_until = timestamptz '2099-01-01' where id = $1`],
  ])('end at once when the account is or has %s, whoever did it', async (_, sql) => {
    const someone = await person();
    const tab = browser();
    await tab.logIn(someone);
    expect((await tab.send('GET', '/api/v1/session')).statusCode).toBe(200);
    await run(sql, someone.id);
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({ status: 401, code: 'session-over' });
  });

  it('let nobody in after 45 idle days, and disable the account', async () => {
    const someone = await person();
    await run(
      `update account set active_at = $2 where client_id = $1`,
      someone.id,
      new Date(clock.now().getTime() - 45 * DAY_MS - 1),
    );
    expect((await browser().logIn(someone)).statusCode).toBe(401);
    expect(await entriesOf(someone.id)).toEqual([
      { kind: 'client.disabled', reason: 'account-idle' },
      { kind: 'log-in.failed', reason: 'account-idle' },
    ]);
    const [{ disabled }] = await gateway.parts.db.query<{ disabled: boolean }>(
      'select disabled_at is not null as disabled from client where id = $1',
      [someone.id],
    );
    expect(disabled).toBe(true);
  });

  it('hold a person to the password rules, and begin anew with another password', async () => {
    const someone = await person({ mustChangePassword: true });
    const [tab, other] = [browser(), browser()];
    await other.logIn(someone);
    nextCode();
    await tab.logIn(someone);
    expect((await tab.send('GET', '/api/v1/dead-letters')).json()).toMatchObject({
      status: 403,
      code: 'session-step-needed',
      pending: ['password'],
    });
    const change = (currentPassword: string, newPassword: string) =>
      tab.send('POST', '/api/v1/session/password', { body: { currentPassword, newPassword } });
    expect((await change(someone.password, 'ngắn')).json()).toMatchObject({
      status: 422,
      code: 'password-refused',
      field: 'newPassword',
      fault: 'too-short',
    });
    expect((await change('wrong password', 'mưa-rào-chiều')).json()).toMatchObject({ code: 'password-wrong' });
    const before = tab.cookies.get(COOKIE);
    const changed = await change(someone.password, 'mưa-rào-chiều');
    expect(changed.statusCode).toBe(200);
    expect(tab.cookies.get(COOKIE)).not.toBe(before);
    tab.csrf = changed.json<{ csrfToken: string }>().csrfToken;
    expect((await tab.send('GET', '/api/v1/dead-letters')).statusCode).toBe(200);
    expect((await other.send('GET', '/api/v1/session')).json()).toMatchObject({ code: 'session-over' });
    nextCode();
    expect((await browser().logIn(someone)).statusCode).toBe(401);
    expect((await browser().logIn({ ...someone, password: 'mưa-rào-chiều' })).statusCode).toBe(200);
    expect((await entriesOf(someone.id)).map(({ kind }) => kind)).toContain('password.changed');
  });

  it('are shut out by guesses at the current password', async () => {
    const someone = await person();
    const tab = browser();
    await tab.logIn(someone);
    const body = { currentPassword: 'wrong password', newPassword: 'mưa-rào-chiều' };
    for (let n = 0; n < 3; n += 1) await tab.send('POST', '/api/v1/session/password', { body });
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({ code: 'session-over' });
    expect((await entriesOf(someone.id)).at(-1)).toEqual({ kind: 'account.locked' });
  });

  it('wait for one-time codes to be set up where the role needs them', async () => {
    const someone = await person({ withTotp: false });
    const tab = browser();
    await tab.logIn(someone);
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({ pending: ['totp'] });
    expect((await tab.send('GET', '/api/v1/dossiers')).json()).toMatchObject({ code: 'session-step-needed' });
    const confirm = (totp: string) => tab.send('POST', '/api/v1/session/totp/confirm', { body: { totp } });
    expect((await confirm('000000')).json()).toMatchObject({ status: 409, code: 'totp-not-begun' });
    const { secret, uri } = (await tab.send('POST', '/api/v1/session/totp')).json<{ secret: string; uri: string }>();
    expect(uri).toMatch(/^otpauth:\/\/totp\//);
    const enrolled = { ...someone, totpSecret: secret };
    expect((await confirm('000000')).json()).toMatchObject({ status: 403, code: 'totp-wrong' });
    const code = codeOf(enrolled, clock.now())!;
    expect((await confirm(code)).statusCode).toBe(200);
    expect((await tab.send('GET', '/api/v1/dossiers')).statusCode).toBe(200);
    expect((await tab.send('POST', '/api/v1/session/totp')).json()).toMatchObject({
      status: 409,
      code: 'totp-enrolled',
    });
    expect((await browser().logIn(enrolled, { totp: code })).statusCode).toBe(401);
    expect((await browser().logIn(someone)).statusCode).toBe(401);
    nextCode();
    expect((await browser().logIn(enrolled)).statusCode).toBe(200);
  });

  it('hold a person to addresses and operations of the account', async () => {
    const someone = await person();
    const tab = browser();
    await tab.logIn(someone);
    await run(`update client set addresses = '{192.0.2.0/24}' where id = $1`, someone.id);
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({ code: 'address-not-allowed' });
    await run(`update client set addresses = null, operations = '{dossier.list}' where id = $1`, someone.id);
    expect((await tab.send('GET', '/api/v1/session')).statusCode).toBe(200);
    expect((await tab.send('GET', '/api/v1/dossiers')).statusCode).toBe(200);
    expect((await tab.send('GET', '/api/v1/dead-letters')).json()).toMatchObject({ code: 'operation-not-allowed' });
  });

  it('are for people: a token shows who it is and can end nothing', async () => {
    const headers = { authorization: `Bearer ${await gateway.token('auditor')}` };
    expect((await gateway.app.inject({ url: '/api/v1/session', headers })).json()).toMatchObject({
      clientId: 'auditor',
      how: 'token',
      csrfToken: null,
    });
    const end = await gateway.app.inject({ method: 'DELETE', url: '/api/v1/session', headers });
    expect(end.json()).toMatchObject({ status: 404, code: 'session-none' });
  });
});
