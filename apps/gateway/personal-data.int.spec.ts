import { fixedClock } from '#testing';
import { sequenceBatch } from '#bus';
import { undescribed } from '#synclog';
import { seedWork } from '../../test/privacy/seeded-work';
import { syntheticFilings, tellingValues } from '../../test/privacy/synthetic-filings';
import { secretOf, testGateway, type TestGateway } from '../../test/support/test-gateway';

const FILINGS = syntheticFilings(3);
const [BIRTH] = FILINGS;
const DEATH = FILINGS[3];
const REASON = 'complaint 12/2026 of the commune';

interface Content {
  dossierId: string;
  fields: { field: string; label: string; kind: string; isPresent: boolean; shown: string }[];
  files: { ref: string; kind: string }[];
}

describe('personal data of dossiers', () => {
  const clock = fixedClock(new Date('2026-11-02T03:00:00Z'));
  let gateway: TestGateway;
  let keys = 0;

  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'elsewhere', roles: ['operator'], units: ['99999'] });
    for (const { body } of FILINGS) expect((await post('/api/v1/dossiers', body, 'integrator')).statusCode).toBe(202);
    await sequenceBatch(gateway.parts.db, 10_000);
  }, 60_000);
  afterAll(() => gateway.stop());

  const headersOf = async (client: string) => ({ authorization: `Bearer ${await gateway.token(client)}` });
  const get = async (url: string, client = 'operator') =>
    gateway.app.inject({ method: 'GET', url, headers: await headersOf(client) });
  const post = async (url: string, payload: object, client = 'operator', key = `key-${(keys += 1)}`) =>
    gateway.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { ...(await headersOf(client)), 'idempotency-key': key },
    });
  const pathOf = ({ dvcltCode }: { dvcltCode: string }, rest: string) => `/api/v1/dossiers/${dvcltCode}/${rest}`;
  const contentOf = async (filing = BIRTH) => (await get(pathOf(filing, 'content'))).json<Content>();
  const logged = async (kind: string) =>
    (
      await gateway.parts.db.query<{ text: string }>(
        `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind = $1 order by id`,
        [kind],
      )
    ).map(({ text }) => JSON.parse(text) as { actor: object; purpose: string; detail: Record<string, unknown> });

  it.each(['operator', 'approver', 'auditor'])(
    'shows %s which fields there are, and no value of a person',
    async (who) => {
      for (const filing of FILINGS) {
        const answer = await get(pathOf(filing, 'content'), who);
        expect(answer.statusCode).toBe(200);
        expect(answer.headers['cache-control']).toBe('no-store');
        const { fields } = answer.json<Content>();
        const names = fields.map(({ field }) => field);
        expect(names).toEqual(expect.arrayContaining(Object.keys(filing.content).map((name) => `declaration.${name}`)));
        for (const value of tellingValues(filing)) expect(answer.body).not.toContain(value);
        for (const { label, shown } of fields) if (label !== 'none') expect(shown).toMatch(/^[•.,@ ]*$/);
      }
      const { fields } = await contentOf();
      expect(fields.find(({ field }) => field === 'declaration.noiDangKy')).toMatchObject({
        label: 'none',
        shown: BIRTH.unit,
      });
    },
  );

  it('reveals what was asked for, and writes who, what for and which fields into the sync log, and no value', async () => {
    const fields = ['declaration.nksHoTen', 'declaration.nksNoiSinh'];
    const answer = await post(pathOf(BIRTH, 'reveals'), { purpose: 'complaint', fields, reason: REASON });
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(answer.json()).toMatchObject({
      purpose: 'complaint',
      legalBasis: expect.stringContaining('Luật') as string,
      fields: [
        { field: fields[0], label: 'ordinary', value: BIRTH.content['nksHoTen'] },
        { field: fields[1], label: 'sensitive', value: BIRTH.content['nksNoiSinh'] },
      ],
    });
    expect((await logged('personal-data.viewed')).at(-1)).toMatchObject({
      actor: { id: 'operator', type: 'person', addressDigest: expect.any(String) as string },
      purpose: 'complaint',
      detail: { fields, count: 2, sensitive: 1, viewId: answer.json<{ id: string }>().id },
    });
  });

  it('shows the same again for some minutes and some times, each time logged; never to another key', async () => {
    const body = { purpose: 'complaint', fields: ['requester.phone'], reason: REASON };
    const before = (await logged('personal-data.viewed')).length;
    const first = await post(pathOf(BIRTH, 'reveals'), body, 'operator', 'look');
    const second = await post(pathOf(BIRTH, 'reveals'), body, 'operator', 'look');
    expect(second.json()).toEqual(first.json());
    expect(await logged('personal-data.viewed')).toHaveLength(before + 2);
    expect(
      (await post(pathOf(BIRTH, 'reveals'), { ...body, fields: ['requester.name'] }, 'operator', 'look')).json(),
    ).toMatchObject({
      code: 'idempotency-conflict',
    });
    for (let look = 3; look <= 5; look += 1) await post(pathOf(BIRTH, 'reveals'), body, 'operator', 'look');
    expect((await post(pathOf(BIRTH, 'reveals'), body, 'operator', 'look')).json()).toMatchObject({
      status: 410,
      code: 'reveal-expired',
    });
    const other = await post(pathOf(BIRTH, 'reveals'), body, 'operator', 'late');
    expect(other.statusCode).toBe(200);
    clock.advance(10 * 60_000);
    expect((await post(pathOf(BIRTH, 'reveals'), body, 'operator', 'late')).json()).toMatchObject({
      code: 'reveal-expired',
    });
  });

  it.each<[string, object, string, string]>([
    [
      'no reason for a sensitive field',
      { purpose: 'complaint', fields: ['declaration.nksNoiSinh'] },
      'operator',
      '422 reveal-reason-missing',
    ],
    ['a purpose of nobody', { purpose: 'curiosity', fields: ['requester.name'] }, 'operator', '422 purpose-unknown'],
    [
      'a purpose of another role',
      { purpose: 'inspection', fields: ['requester.name'] },
      'operator',
      '403 purpose-not-allowed',
    ],
    [
      'a sensitive field for a purpose without',
      { purpose: 'agency-dispute', fields: ['declaration.maGCS'], reason: REASON },
      'operator',
      '403 purpose-not-allowed',
    ],
    [
      'a field that is not there',
      { purpose: 'complaint', fields: ['declaration.nothing'] },
      'operator',
      '422 field-unknown',
    ],
    [
      'a reason with a number',
      { purpose: 'complaint', fields: ['requester.name'], reason: 'of 999 199 000 001' },
      'operator',
      '422 reveal-reason-personal',
    ],
    ['another commune', { purpose: 'complaint', fields: ['requester.name'] }, 'elsewhere', '404 dossier-unknown'],
    ['no field', { purpose: 'complaint', fields: [] }, 'operator', '400 request-invalid'],
    ['a manager', { purpose: 'complaint', fields: ['requester.name'] }, 'manager', '403 role-not-allowed'],
  ])('refuses %s, and logs no view', async (_what, body, client, refusal) => {
    const before = (await logged('personal-data.viewed')).length;
    const { status, code } = (await post(pathOf(BIRTH, 'reveals'), body, client)).json<{
      status: number;
      code: string;
    }>();
    expect(`${status} ${code}`).toBe(refusal);
    expect(await logged('personal-data.viewed')).toHaveLength(before);
  });

  it('shows one file by a reveal, and no file of another dossier', async () => {
    const [file] = (await contentOf()).files;
    const body = { purpose: 'dossier-repair', file: file.ref, reason: REASON };
    const answer = await post(pathOf(BIRTH, 'file-reveals'), body);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.toString()).toContain('%PDF-1.4');
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${file.ref}"`,
    });
    expect((await logged('personal-data.viewed')).at(-1)?.detail).toMatchObject({
      fields: ['attachment'],
      refs: [file.ref],
    });
    expect((await post(pathOf(DEATH, 'file-reveals'), body)).json()).toMatchObject({
      status: 404,
      code: 'file-unknown',
    });
  });

  it('finds a person’s dossiers by number, in a body, for a purpose, within the communes; the number is nowhere', async () => {
    const number = DEATH.content['nktSoGiayToTuyThan'];
    const spaced = `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
    const ask = (client: string) =>
      post('/api/v1/persons/search', { identityNumber: spaced, purpose: 'complaint', reason: REASON }, client);
    const found = (await ask('auditor')).json<{ items: { dvcltCode: string; fields: string[] }[] }>().items;
    expect(found).toMatchObject([{ dvcltCode: DEATH.dvcltCode, unit: DEATH.unit }]);
    expect(found[0].fields).toEqual(['declaration.nktSoGiayToTuyThan', 'subject.identityNumber']);
    expect((await ask('elsewhere')).json()).toEqual({ items: [], indexIncomplete: false });
    expect((await logged('person.searched'))[0]).toMatchObject({ purpose: 'complaint', detail: { count: 1 } });
    expect(
      (
        await post('/api/v1/persons/search', { identityNumber: '0999000001', purpose: 'complaint', reason: REASON })
      ).json(),
    ).toMatchObject({
      status: 422,
      code: 'identity-number-invalid',
    });
    const tables = await gateway.parts.db.query<{ dump: string }>(
      `select coalesce(string_agg(r::text, ' '), '') as dump from (
         select p::text as r from person_index p union all select v::text from personal_view v union all select i::text from idempotency i
         union all select convert_from(bytes, 'UTF8') from synclog_entry) t(r)`,
    );
    expect(tables[0].dump).not.toContain(number);
  });

  it('answers no GET route with a value of a person, to an auditor or an operator', async () => {
    const values = FILINGS.flatMap(tellingValues);
    const { dossierId } = await contentOf();
    const work = await seedWork(gateway.parts, dossierId, BIRTH);
    const edit = { field: 'meNoiCuTru', value: `${BIRTH.content['meNoiCuTru']} sửa` };
    const replay = await post('/api/v1/replays', {
      selection: { ids: [work.dead] },
      edits: [edit],
      reasonCode: 'content-corrected',
      reason: 'corrected',
    });
    expect([replay.statusCode, replay.json<{ code?: string }>().code]).toEqual([expect.any(Number), undefined]);
    await post(pathOf(BIRTH, 'legal-holds'), { reason: REASON });
    const asked = { kind: 'export', identityNumber: BIRTH.content['meSoGiayToTuyThan'], reason: REASON };
    const request = await post('/api/v1/persons/requests', asked);
    expect(request.statusCode).toBe(202);
    const [{ id: receipt }] = await gateway.parts.db.query<{ id: string }>('select id from receipt limit 1');
    const ids: [path: string, id: string][] = [
      ['/api/v1/receipts', receipt],
      ['/api/v1/deliveries', work.unknown],
      ['/api/v1/quarantine/:id', work.quarantined],
      ['/api/v1/replays', replay.json<{ id: string }>().id],
      ['/api/v1/persons/requests', request.json<{ id: string }>().id],
    ];
    const statuses = new Map<string, number[]>();
    for (const { path } of gateway.routes.filter(({ method }) => method === 'GET'))
      for (const client of ['auditor', 'operator']) {
        const id = ids.find(([prefix]) => path.startsWith(prefix))?.[1] ?? receipt;
        const url = path
          .replace(':code', BIRTH.dvcltCode)
          .replace(':id', id)
          .replace(':index', '0')
          .replace(/:\w+/, 'a'.repeat(43))
          .replace('*', '0/000');
        const { body, statusCode } = await get(path === '/api/v1/feed' ? `${url}?limit=100` : url, client);
        statuses.set(path, [...(statuses.get(path) ?? []), statusCode]);
        const held = values.filter((value) => body.toLowerCase().includes(value.toLowerCase()));
        expect({ path, held: held.length }).toEqual({ path, held: 0 });
      }
    const shown = ['/api/v1/dossiers/:code', '/api/v1/dossiers/:code/timeline', '/api/v1/dossiers/:code/content'];
    const withId = [
      '/api/v1/deliveries/:id',
      '/api/v1/quarantine/:id',
      '/api/v1/replays/:id',
      '/api/v1/replays/:id/items',
    ];
    for (const path of [
      ...shown,
      ...withId,
      '/api/v1/persons/requests/:id',
      '/api/v1/receipts/:id',
      '/api/v1/dead-letters',
    ])
      expect([path, statuses.get(path)]).toEqual([path, [200, 200]]);
    const { evidence } = (await get(`/api/v1/deliveries/${work.unknown}`)).json<{ evidence: { messages: string[] } }>();
    expect(evidence.messages).toEqual([expect.stringMatching(/^Hồ sơ của ••••• \(•••••\), ••••• chưa rõ$/)]);
  });

  it('leaves nothing of a person in log lines, errors, metrics, sync log, events or tables outside the vault', async () => {
    const values = FILINGS.flatMap(tellingValues);
    const wrong = await post(
      '/api/v1/dossiers',
      { ...BIRTH.body, module: 'XX', content: { nksHoTen: 5 } },
      'integrator',
    );
    expect(wrong.statusCode).toBe(400);
    const { body: metrics } = await gateway.app.inject('/metrics');
    const tables = await gateway.parts.db.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_name not like 'vault%' and table_name <> 'schema_migration'`,
    );
    const dumps = await Promise.all(
      tables
        .map(({ name }) =>
          name === 'synclog_entry' ? `convert_from(bytes, 'UTF8') from ${name}` : `t::text from ${name} t`,
        )
        .map((what) => gateway.parts.db.query<{ text: string }>(`select ${what.replace(' from', ' as text from')}`)),
    );
    expect(dumps.flat().length).toBeGreaterThan(50);
    const all = [JSON.stringify(gateway.lines), metrics, wrong.body, JSON.stringify(dumps)].join('\n');
    for (const value of values) expect(all.includes(value) ? value.length : 0).toBe(0);
  });

  it('writes nothing into the sync log that its reference does not describe', async () => {
    const rows = await gateway.parts.db.query<{ text: string }>(
      `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind ~ '^(person|legal-hold)'`,
    );
    expect(rows.length).toBeGreaterThan(5);
    const more = rows.flatMap(({ text }) => undescribed(JSON.parse(text) as Record<string, unknown>));
    expect([...new Set(more)]).toEqual([]);
  });

  it('says in OpenAPI which members are personal', async () => {
    const { components } = (await gateway.app.inject('/api/openapi.json')).json<{
      components: { schemas: Record<string, { properties?: Record<string, Record<string, string>> }> };
    }>();
    const personal =
      /^(identityNumber|birthDate|phone|email|relation|note|content|attachments|value|messages|department|again)$/;
    // Of the product itself, and of accounts.
    const others = ['HealthCheck', 'AccessChangeView', 'ConfirmedChangeView'];
    const schemas = Object.entries(components.schemas).filter(([schema]) => !others.includes(schema));
    const unlabelled = schemas.flatMap(([schema, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([name, member]) => personal.test(name) && member['x-personal-data'] === undefined)
        .map(([name]) => `${schema}.${name}`),
    );
    expect(unlabelled).toEqual([]);
    const labelled = (schema: string, name: string) => components.schemas[schema].properties?.[name]['x-personal-data'];
    expect(labelled('SubjectInput', 'name')).toBe('ordinary');
    expect(labelled('OfficerInput', 'name')).toBe('ordinary');
    expect(labelled('NewDossierInput', 'content')).toBe('sensitive');
  });

  it('ends at so many fields in an hour, and goes on after it', async () => {
    await gateway.addClient({ id: 'curious', roles: ['operator'] });
    const sensitive = (await contentOf(DEATH)).fields
      .filter(({ label }) => label === 'sensitive')
      .map(({ field }) => field);
    const ask = () =>
      post(pathOf(DEATH, 'reveals'), { purpose: 'complaint', fields: sensitive, reason: REASON }, 'curious');
    const limit = gateway.parts.purposePolicy.limits.sensitivePerHour;
    for (let shown = 0; shown + sensitive.length <= limit; shown += sensitive.length)
      expect((await ask()).statusCode).toBe(200);
    const refused = await ask();
    expect(refused.json()).toMatchObject({ status: 429, code: 'too-many-reveals' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    clock.advance(3_600_001);
    const logIn = await gateway.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `grant_type=client_credentials&client_id=curious&client_secret=${secretOf('curious')}`,
    });
    const { access_token: fresh } = logIn.json<{ access_token: string }>();
    const again = await gateway.app.inject({
      method: 'POST',
      url: pathOf(DEATH, 'reveals'),
      payload: { purpose: 'complaint', fields: ['requester.name'], reason: REASON },
      headers: { authorization: `Bearer ${fresh}`, 'idempotency-key': 'an-hour-later' },
    });
    expect(again.statusCode).toBe(200);
  });
});
