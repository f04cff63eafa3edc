import { ROLES } from '#access';
import { sequenceBatch } from '#bus';
import { silentLog } from '#platform';
import { fileLogKeys, Sealer } from '#synclog';
import { storeDelivery } from '../../test/support/stored-delivery';
import { storeDifference, storeRun } from '../../test/support/stored-discrepancy';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const OWN = '99001';
const FOREIGN = '99002';

/** What a commune has, as ids and codes that the API gives to who may see it. */
interface Holdings {
  /** Dossier codes, for `:code`. */
  codes: string[];
  /** For `:id`, `:index` and whatever else names one thing. */
  ids: string[];
  /** Texts of which none may stand in an answer to another commune. */
  marks: string[];
}

/** Bodies with which the request is right but for the commune. The others are sent an empty one. */
const BODIES: Record<string, object | undefined> = {
  'POST /api/v1/dossiers/:code/decisions': {
    decision: 'accept',
    decidedAt: '2026-03-02T10:00:00+07:00',
    officer: { name: 'NGƯỜI MẪU CÁN BỘ', title: 'Công chức', department: 'Bộ phận một cửa' },
    note: null,
  },
  'POST /api/v1/deliveries/:id/classification': { outcome: 'accepted', scope: 'this' },
  'POST /api/v1/quarantine/requests/:id/approve': { setDigest: 'a'.repeat(64) },
  'POST /api/v1/quarantine/requests/:id/withdraw': {},
  'POST /api/v1/persons/requests/:id/withdraw': {},
  'POST /api/v1/holds/:id/release': {},
};
/** `:id` is no thing of a commune there, but a partner's name. */
const OF_PARTNERS = ['GET /api/v1/partners/:id/holds', 'POST /api/v1/partners/:id/holds'];

describe('an account that is limited to communes', () => {
  let gateway: TestGateway;
  let foreign: Holdings;
  let keys = 0;

  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.addClient({ id: 'limited', roles: [...ROLES], units: [OWN] });
    await gateway.addClient({ id: 'everybody', roles: [...ROLES] });
    await holdingsOf(OWN, 1);
    foreign = await holdingsOf(FOREIGN, 2);
    await seal();
  }, 60_000);
  afterAll(() => gateway.stop());

  const ask = async (method: 'GET' | 'POST', url: string, as: string, payload?: object) =>
    gateway.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${await gateway.token(as)}`,
        ...(method === 'POST' ? { 'idempotency-key': `u-${(keys += 1)}` } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
  const made = async (url: string, payload: object): Promise<{ id: string }> => {
    const answer = await ask('POST', url, 'everybody', payload);
    if (answer.statusCode >= 300) throw new Error(`POST ${url}: ${answer.statusCode} ${answer.body}`);
    return answer.json<{ id: string }>();
  };

  /** One of everything, in that commune. */
  async function holdingsOf(unit: string, number: number): Promise<Holdings> {
    const { db } = gateway.parts;
    const dossier = { unit, partner: 'hotich' as const, operation: 'submit-registration', number };
    const dossierId = await db.run((tx) => storeDelivery(tx, dossier, gateway.parts));
    const code = `G22.99.08-260302-${String(number).padStart(6, '0')}`;
    const [{ id: deliveryId }] = await db.query<{ id: string }>(
      `update delivery set status = 'dead', outcome = 'refused', reason_code = 'hotich.refused', due_at = null
       where dossier_id = $1 returning id`,
      [dossierId],
    );
    await db.execute(`update lane set state = 'parked' where dossier_id = $1`, [dossierId]);
    const filed = await made('/api/v1/dossiers', filing(unit, number));
    const itemId = gateway.parts.ids.next();
    await db.execute(
      `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, field, responsible, unit, first_seen, last_seen, seen, state)
       values ($1, 'dvclt', $2, $3, 'mapping', 'field-missing', 'nksHoTen', 'nksHoTen', 'dvclt', $4, now(), now(), 1, 'open')`,
      [itemId, `key ${unit}`, JSON.stringify({ dvclt: `G22.99.08-260302-77${unit}` }), unit],
    );
    const why = { reasonCode: 'partner-recovered', reason: 'it answers again' };
    const replay = await made('/api/v1/replays', { ...why, selection: { ids: [deliveryId] } });
    const watch = await made('/api/v1/watches', { ...why, action: 'propose', selection: { dossiers: [code] } });
    const giveUp = await made('/api/v1/quarantine/give-up', { ids: [itemId], reason: 'not ours to handle' });
    const hold = await made('/api/v1/partners/hotich/holds', { reason: 'for this commune', unit });
    const laneHold = await made('/api/v1/partners/hotich/holds', { reason: 'for this dossier', dossier: code });
    const [reconciliationId, differenceId] = [gateway.parts.ids.next(), gateway.parts.ids.next()];
    await db.run(async (tx) => {
      const at = new Date(Date.UTC(2026, 2, number));
      const found = { class: 'missing-there', dossierId, code, unit, at, reconciliationId } as const;
      await storeRun(tx, { id: reconciliationId, partner: 'hotich', endedAt: at, differing: 1 });
      await storeDifference(tx, { ...found, id: differenceId, partner: 'hotich' });
    });
    const ids = [deliveryId, filed.id, itemId, replay.id, watch.id, giveUp.id, hold.id, laneHold.id, differenceId];
    return { codes: [code, dossierId], ids, marks: [unit, code, dossierId, ...ids] };
  }

  /** Sync log entries of both communes, sealed and searchable. */
  async function seal(): Promise<void> {
    const { db, clock, settings } = gateway.parts;
    await sequenceBatch(db, 10_000);
    const doorbell = { wait: async () => false };
    await new Sealer({ db, keys: fileLogKeys(settings.keyDir), places: [], doorbell, clock, log: silentLog }).round();
  }

  const routesWith = (method: string, hasParameter: boolean) =>
    gateway.routes.filter(
      (route) =>
        route.method === method &&
        route.access !== 'public' &&
        /[:*]/.test(route.path) === hasParameter &&
        !OF_PARTNERS.includes(`${route.method} ${route.path}`),
    );
  /** The route's path for each thing that it could name. */
  const pathsOf = (path: string): string[] => {
    const names = path.includes(':code') ? foreign.codes : [...foreign.ids, '0', '1'];
    return names.map((name) => path.replace(/:\w+|\*/, encodeURIComponent(name)).replace(/:\w+/, '0'));
  };
  const shown = (body: string): string[] => foreign.marks.filter((mark) => body.includes(mark));

  it('finds none of another commune’s things on any page of any list', async () => {
    const seen: string[] = [];
    for (const { path } of routesWith('GET', false)) {
      const answer = await ask('GET', path, 'limited');
      expect([path, shown(answer.body)]).toEqual([path, []]);
      if (shown((await ask('GET', path, 'everybody')).body).length > 0) seen.push(path);
    }
    // The others see them there: an empty list would prove nothing.
    expect(seen).toEqual(
      expect.arrayContaining([
        '/api/v1/dossiers',
        '/api/v1/deliveries',
        '/api/v1/dead-letters',
        '/api/v1/quarantine',
        '/api/v1/quarantine/groups',
        '/api/v1/quarantine/requests',
        '/api/v1/replays',
        '/api/v1/watches',
        '/api/v1/discrepancies',
        '/api/v1/feed',
        '/api/v1/sync-log/entries',
      ]),
    );
  });

  it('reads none of another commune’s things by its name: it is as unknown as none', async () => {
    let read = 0;
    for (const { path } of routesWith('GET', true))
      for (const url of pathsOf(path)) {
        const answer = await ask('GET', url, 'limited');
        expect([url, shown(answer.body.replaceAll(url, ''))]).toEqual([url, []]);
        const isThere = await ask('GET', url, 'everybody');
        if (isThere.statusCode !== 200 || shown(isThere.body).length === 0) continue;
        read += 1;
        expect([url, [403, 404].includes(answer.statusCode)]).toEqual([url, true]);
      }
    expect(read).toBeGreaterThanOrEqual(12);
  });

  it('acts on none of another commune’s things', async () => {
    for (const route of routesWith('POST', true))
      for (const url of pathsOf(route.path)) {
        const body = BODIES[`POST ${route.path}`];
        const { statusCode } = await ask('POST', url, 'limited', body ?? {});
        const refused = body === undefined ? [400, 403, 404, 409, 422] : [403, 404];
        expect([url, statusCode, refused.includes(statusCode)]).toEqual([url, statusCode, true]);
      }
  });

  it.each([
    ['holds a partner whole', '/partners/dvclt/holds', { reason: 'all of it' }, 403],
    ['holds another commune', '/partners/dvclt/holds', { reason: 'that one', unit: FOREIGN }, 403],
    ['holds another commune’s dossier', '/partners/dvclt/holds', { reason: 'that one', dossier: 'code' }, 404],
    ['watches it', '/watches', { selection: { dossiers: ['code'] }, action: 'propose' }, 404],
    ['replays it', '/replays', { selection: { dossiers: ['code'] } }, 404],
    ['gives its items up', '/quarantine/give-up', { ids: ['item'], reason: 'not ours to handle' }, 409],
    ['has a partner compared', '/reconciliations', { partner: 'hotich' }, 403],
    ['files a dossier there', '/dossiers', filing(FOREIGN, 3), 403],
  ])('never %s', async (_name, path, body: object, status) => {
    const text = JSON.stringify({ reasonCode: 'partner-recovered', reason: 'it answers again', ...body })
      .replace('"code"', JSON.stringify(foreign.codes[0]))
      .replace('"item"', JSON.stringify(foreign.ids[2]));
    const payload = JSON.parse(text) as Record<string, unknown>;
    if (!['/watches', '/replays'].includes(path)) delete payload.reasonCode;
    if (['/dossiers', '/reconciliations'].includes(path)) delete payload.reason;
    const answer = await ask('POST', `/api/v1${path}`, 'limited', payload);
    expect([answer.body, answer.statusCode]).toEqual([answer.body, status]);
  });

  it('takes none of another commune’s items for a new run, and is told of them as unknown', async () => {
    const answer = await ask('POST', '/api/v1/quarantine/rerun', 'limited', { ids: [foreign.ids[2]] });
    expect(answer.json()).toMatchObject({ taken: [], skipped: [{ why: 'unknown', state: null }] });
  });

  it('holds its own commune and lets it go, and does not let go what others hold', async () => {
    const own = await ask('POST', '/api/v1/partners/dvclt/holds', 'limited', { reason: 'ours alone', unit: OWN });
    expect(own.statusCode).toBe(201);
    const release = (id: string) => ask('POST', `/api/v1/holds/${id}/release`, 'limited', {});
    expect((await release(own.json<{ id: string }>().id)).statusCode).toBe(200);
    const whole = await made('/api/v1/partners/dvclt/holds', { reason: 'the partner is away' });
    expect((await ask('GET', `/api/v1/holds/${whole.id}`, 'limited')).statusCode).toBe(200);
    expect((await release(whole.id)).json()).toMatchObject({ status: 403, code: 'unit-not-allowed' });
  });
});

function filing(unit: string, number: number): object {
  return {
    dvcltCode: `G22.99.08-260302-88000${number}`,
    oneStopCode: `H99.001-260302-880${number}`,
    procedureCode: '2.000986',
    module: 'KS',
    unit,
    receivedAt: '2026-03-02T08:00:00+07:00',
    subject: { name: 'TRẺ MẪU MỘT', birthDate: '01.03.2026' },
    requester: { name: 'NGƯỜI MẪU HAI' },
    content: { nksHoTen: 'TRẺ MẪU MỘT', nycHoTen: 'NGƯỜI MẪU HAI' },
    attachments: [],
  };
}
