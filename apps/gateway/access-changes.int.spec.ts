import { sweepAccounts, peopleJournal } from '#access';
import { fixedClock } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { addPerson, codeOf, TestBrowser } from '../../test/support/test-person';
import { warnOfMachines } from './warn-of-machines';

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
    firstPasswordPart: string;
    code: string;
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
    const { status, change, firstPasswordPart } = await ask(by, '/access-changes', { reason: 'thử nghiệm', ...body });
    expect(status).toBe(202);
    return { id: change.id, firstPasswordPart };
  };
  const confirm = (id: string, by = 'administrator2') => ask(by, `/access-changes/${id}/confirm`, {});
  /** Both halves of the first password that it brings. */
  const done = async (body: object): Promise<string> => {
    const { id, firstPasswordPart: first } = await propose(body);
    const confirmed = await confirm(id);
    expect(confirmed).toMatchObject({ status: 200, state: 'confirmed', decidedBy: 'administrator2' });
    return first + confirmed.firstPasswordPart;
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
    const personWith = (password: string) => ({ id: 'cb-0001', username: 'thu.nghiem', password, totpSecret: null });
    const tab = new TestBrowser(gateway);
    expect((await tab.logIn(personWith(proposed.firstPasswordPart))).statusCode).toBe(401);
    expect(await confirm(proposed.change.id, 'administrator')).toMatchObject({ status: 403, code: 'own-request' });
    const confirmed = await confirm(proposed.change.id);
    expect(confirmed).toMatchObject({ status: 200, state: 'confirmed' });
    const [first, second] = [proposed.firstPasswordPart, confirmed.firstPasswordPart];
    for (const half of [first, second, second + first])
      expect((await tab.logIn(personWith(half))).statusCode).toBe(401);
    expect((await tab.logIn(personWith(first + second))).statusCode).toBe(200);
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
    expect(again).toMatchObject({ firstPasswordPart: first });
    expect((await ask('administrator', `/access-changes/${proposed.change.id}`)).body).not.toContain(second);
    const stored = await gateway.parts.db.query(
      `select response::text as text from idempotency union all select c::text from access_change c union all select a::text from account a`,
    );
    for (const half of [first, second]) expect(JSON.stringify(stored)).not.toContain(half);
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
    // What it came in by has ended for good: somebody else may have it.
    expect(await ask('cb-0007', '/dead-letters')).toMatchObject({ status: 401, code: 'credential-ended' });
    await expect(gateway.freshToken('cb-0007')).rejects.toThrow('client-not-accepted');
  });

  it('end what an account came in by: secrets and certificates, with a reset, a link or a disabling', async () => {
    const endsOf = async (id: string) =>
      gateway.parts.db.query<{ ended: boolean }>(
        `select ended_at is not null as ended from client_secret where client_id = $1
         union all select ended_at is not null from client_certificate where client_id = $1`,
        [id],
      );
    const changes = [
      { kind: 'reset-password' },
      { kind: 'reset-totp' },
      { kind: 'link-oidc', issuer: 'https://id.test', subject: 'x' },
      { kind: 'disable' },
    ];
    for (const [n, change] of changes.entries()) {
      const id = `cb-002${n}`;
      await gateway.addClient({ id, roles: ['operator'] });
      await addPerson(gateway, { id, roles: ['operator'] });
      await gateway.parts.db.execute(
        `insert into client_certificate (id, client_id, subject, created_at) values (gen_random_uuid(), $1, $1, now())`,
        [id],
      );
      await done({ kind: 'set-access', clientId: id, units: ['99001'] });
      expect(await endsOf(id)).toEqual([{ ended: false }, { ended: false }]);
      await done({ ...change, clientId: id });
      expect(await endsOf(id)).toEqual([{ ended: true }, { ended: true }]);
    }
  });

  it('are neither proposed nor decided by a machine, whatever role it has from a version before', async () => {
    await gateway.addClient({ id: 'm-administrator', kind: 'machine', roles: ['administrator'] });
    await warnOfMachines(gateway.parts);
    expect(gateway.lines.at(-1)).toMatchObject({
      event: 'access.machines-with-roles-of-people',
      fields: { clients: ['m-administrator'] },
    });
    await gateway.addClient({ id: 'cb-0030', roles: ['manager'] });
    const body = { kind: 'set-access', clientId: 'cb-0030', roles: ['operator'] };
    const { id } = await propose(body);
    const asked = [
      ['/access-changes', { ...body, reason: 'thử nghiệm' }],
      [`/access-changes/${id}/confirm`, {}],
      [`/access-changes/${id}/decline`, {}],
      ['/accounts/cb-0001/review', {}],
      ['/clients/cb-0030/disable', {}],
    ] as const;
    for (const [url, sent] of asked)
      expect(await ask('m-administrator', url, sent)).toMatchObject({ status: 403, code: 'person-needed' });
    await ask('administrator', `/access-changes/${id}/decline`, {});
    await done({ kind: 'disable', clientId: 'm-administrator' });
  });

  it('make no second identity of an administrator: a client that is made is a machine', async () => {
    const draft = { id: 'admin-3', kind: 'person', roles: ['administrator'] };
    expect(await ask('administrator', '/clients', draft)).toMatchObject({ status: 400, field: 'kind' });
  });

  it('to disable somebody take the place of what is open', async () => {
    await gateway.addClient({ id: 'cb-0031', roles: ['operator'] });
    const open = await propose({ kind: 'set-access', clientId: 'cb-0031', units: null }, 'administrator2');
    const disabling = await ask('administrator', '/clients/cb-0031/disable', {});
    expect(disabling).toMatchObject({ status: 202 });
    expect(await ask('administrator', `/access-changes/${open.id}`)).toMatchObject({
      state: 'declined',
      decidedBy: 'administrator',
    });
    expect(await kindsAbout('cb-0031')).toEqual([
      'account.proposed administrator2',
      'account.declined administrator',
      'account.proposed administrator',
    ]);
    expect(await ask('administrator', '/clients/cb-0031/disable', {})).toMatchObject({ code: 'access-change-open' });
    await ask('administrator', `/access-changes/${disabling.requestId}/decline`, {});
  });

  it('say in the sync log what is to be: communes, and of addresses how many with a digest of all', async () => {
    await gateway.addClient({ id: 'cb-0032', roles: ['operator'], units: ['99001'] });
    const content = { units: null, addresses: ['192.0.2.0/24', '192.0.2.7'] };
    const { id } = await propose({ kind: 'set-access', clientId: 'cb-0032', ...content });
    const [{ entry }] = await gateway.parts.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry order by id desc limit 1`,
    );
    expect(entry).not.toContain('192.0.2');
    expect(JSON.parse(entry)).toMatchObject({
      kind: 'account.proposed',
      detail: {
        clientId: 'cb-0032',
        units: ['all'],
        addressCount: 2,
        setDigest: expect.stringMatching(/=$/) as string,
      },
    });
    await ask('administrator', `/access-changes/${id}/decline`, {});
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
