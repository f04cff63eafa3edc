import { sweepAccounts, peopleJournal } from '#access';
import { fixedClock } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { addPerson, codeOf, TestBrowser } from '../../test/support/test-person';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('changes of access', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'administrator2', roles: ['administrator'] });
    await gateway.addClient({ id: 'administrator3', roles: ['administrator'] });
  }, 60_000);
  afterAll(() => gateway.stop());

  const bearers = new Map<string, { token: Promise<string>; at: number }>();
  /** Kept for ten minutes: the clock of these tests moves by days. */
  const bearer = (by: string): Promise<string> => {
    const now = clock.now().getTime();
    const known = bearers.get(by);
    if (known && now - known.at < 600_000) return known.token;
    const token = gateway.freshToken(by);
    bearers.set(by, { token, at: now });
    return token;
  };
  let keys = 0;
  interface Change {
    id: string;
    state: string;
  }
  interface Told {
    status: number;
    body: string;
    change: Change;
    firstPassword: string;
    requestId: string;
    items: { username: string | null }[];
  }
  const ask = async (by: string, url: string, body?: object, key = `k${(keys += 1)}`): Promise<Told> => {
    const answer = await gateway.app.inject({
      method: body ? 'POST' : 'GET',
      url: `/api/v1${url}`,
      headers: { authorization: `Bearer ${await bearer(by)}`, 'idempotency-key': key },
      ...(body ? { payload: body } : {}),
    });
    return { ...answer.json<Told>(), status: answer.statusCode, body: answer.body };
  };
  const propose = async (body: object, by = 'administrator') => {
    const { status, change, firstPassword } = await ask(by, '/access-changes', { reason: 'thử nghiệm', ...body });
    expect(status).toBe(202);
    return { id: change.id, firstPassword };
  };
  const confirm = (id: string, by = 'administrator2') => ask(by, `/access-changes/${id}/confirm`, {});
  const done = async (body: object): Promise<string> => {
    const { id, firstPassword } = await propose(body);
    expect(await confirm(id)).toMatchObject({ status: 200, state: 'confirmed', decidedBy: 'administrator2' });
    return firstPassword;
  };
  const statusOf = async (by: string, url = '/dead-letters'): Promise<number> => (await ask(by, url)).status;
  const kindsAbout = async (clientId: string): Promise<string[]> => {
    const rows = await gateway.parts.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry order by id`,
    );
    return rows
      .map(({ entry }) => JSON.parse(entry) as { kind: string; actor: { id: string }; detail?: { clientId?: string } })
      .filter(({ detail }) => detail?.clientId === clientId)
      .map(({ kind, actor }) => `${kind} ${actor.id}`);
  };

  it('make an account when a second administrator confirms, and not before', async () => {
    const draft = { id: 'cb-0001', username: 'Thu.Nghiem', roles: ['operator'], units: ['99001'], reason: 'người mới' };
    const proposed = await ask('administrator', '/accounts', draft, 'new-account');
    expect(proposed).toMatchObject({ status: 202, change: { state: 'open', clientId: 'cb-0001' } });
    const person = { id: 'cb-0001', username: 'thu.nghiem', password: proposed.firstPassword, totpSecret: null };
    const tab = new TestBrowser(gateway);
    expect((await tab.logIn(person)).statusCode).toBe(401);
    expect(await confirm(proposed.change.id, 'administrator')).toMatchObject({ status: 403, code: 'own-request' });
    expect(await confirm(proposed.change.id)).toMatchObject({ status: 200, state: 'confirmed' });
    expect((await tab.logIn(person)).statusCode).toBe(200);
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({
      roles: ['operator'],
      units: ['99001'],
      pending: ['totp', 'password'],
    });
    expect(await kindsAbout('cb-0001')).toEqual([
      'account.proposed administrator',
      'account.confirmed administrator2',
      'client.created administrator2',
    ]);
    const again = await ask('administrator', '/accounts', draft, 'new-account');
    expect(again).toMatchObject({ firstPassword: proposed.firstPassword });
    const stored = await gateway.parts.db.query(
      `select response::text as text from idempotency union all select c::text from access_change c union all select a::text from account a`,
    );
    expect(JSON.stringify(stored)).not.toContain(proposed.firstPassword);
  });

  it('are confirmed by another person, not by another log-in of the same one', async () => {
    const both = await addPerson(gateway, { id: 'administrator', roles: ['administrator'] });
    await gateway.addClient({ id: 'cb-0002', roles: ['manager'] });
    const { id } = await propose({ kind: 'set-access', clientId: 'cb-0002', roles: ['operator'] });
    const tab = new TestBrowser(gateway);
    expect((await tab.logIn(both)).statusCode).toBe(200);
    const own = await tab.send('POST', `/api/v1/access-changes/${id}/confirm`);
    expect(own.json()).toMatchObject({ status: 403, code: 'own-request' });
    const other = await tab.send('POST', '/api/v1/access-changes', {
      body: { kind: 'set-access', clientId: 'administrator3', units: ['99001'], reason: 'thử nghiệm' },
    });
    const byToken = await confirm(other.json<{ change: Change }>().change.id, 'administrator');
    expect(byToken).toMatchObject({ status: 403, code: 'own-request' });
    expect(
      await ask('administrator', `/access-changes/${other.json<{ change: Change }>().change.id}/decline`, {}),
    ).toMatchObject({
      state: 'declined',
    });
    expect(await statusOf('cb-0002')).toBe(200);
    expect(await confirm(id)).toMatchObject({ status: 200 });
    clock.advance(3_000);
    const token = await bearer('cb-0002');
    const old = await gateway.app.inject({ url: '/api/v1/progress', headers: { authorization: `Bearer ${token}` } });
    expect(old.statusCode).toBe(403);
  });

  it('give their answer again to the same request, and are decided once', async () => {
    await gateway.addClient({ id: 'cb-0003', roles: ['manager'] });
    const { id } = await propose({ kind: 'set-access', clientId: 'cb-0003', units: ['99001'] });
    const { body: first } = await ask('administrator2', `/access-changes/${id}/confirm`, {}, 'same');
    const { body: again } = await ask('administrator2', `/access-changes/${id}/confirm`, {}, 'same');
    expect(JSON.parse(again)).toEqual(JSON.parse(first));
    expect(await confirm(id, 'administrator3')).toMatchObject({ status: 409, code: 'access-change-not-open' });
    const { id: declined } = await propose({ kind: 'set-access', clientId: 'cb-0003', units: null });
    await ask('administrator3', `/access-changes/${declined}/decline`, {});
    expect(await confirm(declined)).toMatchObject({ status: 409, code: 'access-change-not-open' });
  });

  it('are decided by one of two who confirm in the same moment', async () => {
    await gateway.addClient({ id: 'cb-0013', roles: ['manager'] });
    const { id } = await propose({ kind: 'set-access', clientId: 'cb-0013', units: ['99001'] });
    const both = await Promise.all(['administrator2', 'administrator3'].map((by) => confirm(id, by)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('of accounts that cannot exist are unknown', async () => {
    for (const id of ['a%00b', 'A', '..', 'x'.repeat(200)])
      for (const path of [`/clients/${id}/disable`, `/accounts/${id}/review`])
        expect((await ask('administrator', path, {})).status).toBe(404);
  });

  it('are one at a time for an account', async () => {
    await gateway.addClient({ id: 'cb-0004', roles: ['manager'] });
    const twice = await Promise.all(
      ['administrator', 'administrator2'].map((by) =>
        ask(by, '/access-changes', {
          kind: 'set-access',
          clientId: 'cb-0004',
          roles: ['operator'],
          reason: 'thử nghiệm',
        }),
      ),
    );
    expect(twice.map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  it('expire after a day, with an entry, whoever comes too late', async () => {
    await gateway.addClient({ id: 'cb-0005', roles: ['manager'] });
    const { id } = await propose({ kind: 'set-access', clientId: 'cb-0005', roles: ['administrator'] });
    clock.advance(DAY_MS);
    const fresh = await addPerson(gateway, { id: 'administrator4', roles: ['administrator'] });
    const tab = new TestBrowser(gateway);
    await tab.logIn(fresh);
    const late = await tab.send('POST', `/api/v1/access-changes/${id}/confirm`);
    expect(late.json()).toMatchObject({ status: 409, code: 'access-change-expired', state: 'expired' });
    expect((await tab.send('GET', `/api/v1/access-changes/${id}`)).json()).toMatchObject({
      state: 'expired',
      decidedBy: null,
    });
    expect(await kindsAbout('cb-0005')).toEqual(['account.proposed administrator', 'account.expired gateway']);
  });

  it('die with the administrator who proposed them', async () => {
    await gateway.addClient({ id: 'administrator5', roles: ['administrator'] });
    await gateway.addClient({ id: 'cb-0006', roles: ['manager'] });
    const { id } = await propose({ kind: 'set-access', clientId: 'cb-0006', roles: ['operator'] }, 'administrator5');
    await done({ kind: 'disable', clientId: 'administrator5' });
    expect(await confirm(id)).toMatchObject({ status: 409, code: 'proposer-gone' });
    await ask('administrator', `/access-changes/${id}/decline`, {});
  });

  it('to disable somebody stop the account at once, and let it go on when nobody confirms', async () => {
    await gateway.addClient({ id: 'cb-0007', roles: ['operator'] });
    expect(await statusOf('cb-0007')).toBe(200);
    const { status, requestId } = await ask('administrator', '/clients/cb-0007/disable', {});
    expect(status).toBe(202);
    clock.advance(3_000);
    expect(await statusOf('cb-0007')).toBe(401);
    await ask('administrator2', `/access-changes/${requestId}/decline`, {});
    clock.advance(3_000);
    expect(await statusOf('cb-0007')).toBe(200);
    await done({ kind: 'disable', clientId: 'cb-0007' });
    clock.advance(3_000);
    expect(await statusOf('cb-0007')).toBe(401);
    await done({ kind: 'enable', clientId: 'cb-0007' });
    clock.advance(3_000);
    expect(await statusOf('cb-0007')).toBe(200);
  });

  it('to disable an administrator stop nobody before a second one agrees, and leave two', async () => {
    const { id } = await propose({ kind: 'disable', clientId: 'administrator3' });
    clock.advance(3_000);
    expect(await statusOf('administrator3', '/clients')).toBe(200);
    await confirm(id);
    await done({ kind: 'disable', clientId: 'administrator4' });
    const last = await propose({ kind: 'set-access', clientId: 'administrator2', roles: ['manager'] });
    expect(await confirm(last.id)).toMatchObject({ status: 409, code: 'administrators-needed' });
    expect(
      await ask('administrator', '/access-changes', { kind: 'disable', clientId: 'administrator', reason: 'tôi' }),
    ).toMatchObject({
      status: 409,
      code: 'own-client',
    });
    await ask('administrator', `/access-changes/${last.id}/decline`, {});
  });

  it('give another first password and take one-time codes away, and end the sessions', async () => {
    const someone = await addPerson(gateway, { id: 'cb-0008', roles: ['operator'] });
    const tab = new TestBrowser(gateway);
    await tab.logIn(someone);
    const firstPassword = await done({ kind: 'reset-password', clientId: 'cb-0008' });
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({ code: 'session-over' });
    await done({ kind: 'reset-totp', clientId: 'cb-0008' });
    expect((await tab.logIn(someone)).statusCode).toBe(401);
    expect((await tab.logIn({ ...someone, password: firstPassword, totpSecret: null })).statusCode).toBe(200);
    expect((await tab.send('GET', '/api/v1/session')).json()).toMatchObject({ pending: ['totp', 'password'] });
    const machine = await ask('administrator', '/access-changes', {
      kind: 'reset-totp',
      clientId: 'integrator',
      reason: 'thử nghiệm',
    });
    expect(machine).toMatchObject({ status: 409, code: 'account-not-a-person' });
  });

  it('and idle accounts are dealt with by the clock', async () => {
    await addPerson(gateway, { id: 'cb-0009', roles: ['operator'] });
    await gateway.addClient({ id: 'cb-0010', roles: ['manager'] });
    await propose({ kind: 'set-access', clientId: 'cb-0010', roles: ['operator'] });
    const { db, syncLog } = gateway.parts;
    const later = fixedClock(new Date(clock.now().getTime() + 46 * DAY_MS));
    const deps = { db, clock: later, journal: peopleJournal(syncLog) };
    await db.execute(`update account set active_at = $1 where client_id <> 'cb-0009'`, [later.now()]);
    expect(await sweepAccounts(deps)).toBe(2);
    expect(await sweepAccounts(deps)).toBe(0);
    expect(await kindsAbout('cb-0009')).toEqual(['client.disabled gateway']);
    expect((await kindsAbout('cb-0010')).at(-1)).toBe('account.expired gateway');
    await db.execute(`update account set active_at = $1`, [clock.now()]);
  });

  it('and accounts are read by administrators, and without names by auditors', async () => {
    const names = async (by: string): Promise<(string | null)[]> =>
      (await ask(by, '/accounts')).items.map(({ username }) => username);
    expect(await names('administrator')).toContain('thu.nghiem');
    expect(new Set(await names('auditor'))).toEqual(new Set([null]));
    expect((await ask('auditor', '/access-changes?limit=200')).body).not.toContain('thu.nghiem');
    expect((await ask('administrator', '/accounts')).body).not.toMatch(/scrypt|hash|sealed/i);
    expect(await ask('administrator', '/accounts/cb-0001/review', {})).toMatchObject({
      status: 200,
      clientId: 'cb-0001',
    });
    expect((await kindsAbout('cb-0001')).at(-1)).toBe('account.reviewed administrator');
  });

  it.each([
    [
      { kind: 'set-access', clientId: 'cb-0001' },
      { status: 400, field: 'roles' },
    ],
    [
      { kind: 'set-access', clientId: 'cb-0001', addresses: ['nowhere'] },
      { status: 400, code: 'address-invalid' },
    ],
    [
      { kind: 'disable', clientId: 'cb-0001', roles: ['manager'] },
      { status: 400, field: 'roles' },
    ],
    [
      { kind: 'create-account', clientId: 'cb-0011' },
      { status: 400, field: 'kind' },
    ],
    [
      { kind: 'set-access', clientId: 'integrator', roles: ['administrator'] },
      { status: 400, field: 'roles' },
    ],
    [
      { kind: 'enable', clientId: 'nobody-there' },
      { status: 404, code: 'client-unknown' },
    ],
    [
      { kind: 'enable', clientId: 'cb-0001', reason: 'gọi 0999 000 001' },
      { status: 422, code: 'access-reason-personal' },
    ],
  ])('refuses %j', async (body, problem) => {
    expect(await ask('administrator', '/access-changes', { reason: 'thử nghiệm', ...body })).toMatchObject(problem);
  });

  it('cannot be confirmed by their proposer in the database either', async () => {
    const { id } = await propose({ kind: 'enable', clientId: 'cb-0001' });
    await expect(
      gateway.parts.db.execute(`update access_change set state = 'confirmed', decided_by = proposed_by where id = $1`, [
        id,
      ]),
    ).rejects.toMatchObject({ code: '23514' });
    await expect(
      gateway.parts.db.execute(`update access_change set content = '{"roles":["administrator"]}' where id = $1`, [id]),
    ).rejects.toMatchObject({ code: '42501' });
    await ask('administrator', `/access-changes/${id}/decline`, {});
  });

  it('keep a code that proved something from being used again', async () => {
    const someone = await addPerson(gateway, { id: 'cb-0012', roles: ['operator'] });
    const code = codeOf(someone, clock.now())!;
    expect((await new TestBrowser(gateway).logIn(someone, { totp: code })).statusCode).toBe(200);
    await done({ kind: 'reset-password', clientId: 'cb-0012' });
    expect((await new TestBrowser(gateway).logIn(someone, { totp: code })).statusCode).toBe(401);
  });
});
