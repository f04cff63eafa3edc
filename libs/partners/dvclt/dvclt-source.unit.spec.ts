import nock from 'nock';
import type { DossierSource, RawBytes } from '#intake';
import { fixedClock } from '#testing';
import type { PartnerConfig } from '../config/partner-config';
import { depsOf } from '../testing/deps-of';
import { sampleDetail } from '../testing/sample-detail';
import { createDvclt } from './create-dvclt';

const HOST = 'http://dvclt.test';
const LIST = '/base/api/lienthongdvclt/hosolienthong';
const ROW = {
  id: 7001,
  maDonVi: 123,
  maTTHC: '2.000986',
  module: 'KS',
  maHoSo: 'G22.99.08-260302-000007',
  ngayTiepNhan: '02/03/2026 08:00:00',
  techId: null,
};
const ITEM = { listId: '7001', code: 'G22.99.08-260302-000007', listing: Buffer.from('{}') };
const signal = (): AbortSignal => AbortSignal.timeout(3_000);

/** A short answer comes whole. */
async function wholeOf(raw: Promise<RawBytes>): Promise<Buffer> {
  const bytes = await raw;
  if (!Buffer.isBuffer(bytes)) throw new Error('a short answer came as a stream');
  return bytes;
}

let close: () => void = () => undefined;
function source(change?: (config: PartnerConfig) => PartnerConfig): DossierSource {
  const deps = depsOf('dvclt', fixedClock(), change);
  close = () => deps.http.close();
  return createDvclt(deps).source;
}

describe('DVCLT as a source of dossiers', () => {
  beforeAll(() => nock.disableNetConnect());
  beforeEach(() => {
    nock(HOST).post('/base/api/token/gettoken').reply(200, { token: 'token-1' });
  });
  afterEach(() => {
    close();
    const unused = nock.pendingMocks();
    nock.cleanAll();
    expect(unused).toEqual([]);
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('lists; ids are numbers or GUIDs', async () => {
    const guid = { ...ROW, id: '6f9619ff-8b86-d011-b42d-00c04fc964ff', maDonVi: '99001', extra: { a: null } };
    nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
      .get(LIST)
      .reply(200, { data: [ROW, guid], total: null });
    const { items, unreadable, askedAt } = await source().list(signal());
    expect(items.map((item) => item.listId)).toEqual(['7001', '6f9619ff-8b86-d011-b42d-00c04fc964ff']);
    expect(items[0]?.code).toBe('G22.99.08-260302-000007');
    expect(unreadable).toEqual([]);
    expect(askedAt).toEqual(fixedClock().now());
  });

  it('the listing is canonical: the order of members does not change its digest', async () => {
    const turned = Object.fromEntries(Object.entries(ROW).reverse());
    nock(HOST)
      .get(LIST)
      .reply(200, { data: [ROW, turned] });
    const { items } = await source().list(signal());
    expect(items[0]?.listing).toEqual(items[1]?.listing);
  });

  it('rows that cannot be read come as such and hide no other [Q43]', async () => {
    nock(HOST)
      .get(LIST)
      .reply(200, { data: [null, 'x', { ...ROW, id: '' }, { ...ROW, maHoSo: null }, ROW] });
    const { items, unreadable } = await source().list(signal());
    expect(items).toHaveLength(1);
    expect(unreadable.map((row) => row.reason)).toEqual([
      'the row is not an object',
      'the row is not an object',
      'id is missing or empty',
      'maHoSo is missing or empty',
    ]);
  });

  it('an empty list may be null; a longer one than we take is cut [Q29]', async () => {
    nock(HOST).get(LIST).reply(200, { data: null });
    const one = source((config) => ({ ...config, limits: { ...config.limits, maxListItems: 1 } }));
    expect((await one.list(signal())).items).toEqual([]);
    nock(HOST)
      .get(LIST)
      .reply(200, { data: [ROW, ROW] });
    expect((await one.list(signal())).items).toHaveLength(1);
  });

  it.each<[string, number, string | object, string]>([
    ['an HTML page', 200, '<html></html>', 'answer.not-json'],
    ['an error in the body', 200, { status: 500, title: 'server error' }, 'dvclt.list-unreadable'],
    ['a 502', 502, '', 'http.5xx'],
    ['a 403 with JSON', 403, { data: [] }, 'dvclt.list-unreadable'],
  ])('%s is a failed list, not an empty one [Q01 Q30]', async (_name, status, body, code) => {
    nock(HOST).get(LIST).reply(status, body);
    await expect(source().list(signal())).rejects.toMatchObject({ code, disposition: 'retry' });
  });

  it('tells how long to wait after a 429 [Q32]', async () => {
    nock(HOST).get(LIST).reply(429, {}, { 'Retry-After': '3' });
    await expect(source().list(signal())).rejects.toMatchObject({ code: 'http.429', extra: { retryAfterMs: 3_000 } });
  });

  it('fetches the detail by the escaped list id, byte for byte, and decodes it', async () => {
    const detail = sampleDetail();
    nock(HOST).get(`${LIST}/a%2Fb`).reply(200, detail, { 'Content-Type': 'application/json' });
    const dvclt = source();
    const raw = await wholeOf(dvclt.fetch({ ...ITEM, listId: 'a/b' }, signal()));
    expect(raw.equals(detail)).toBe(true);
    expect(dvclt.decode(raw)).toMatchObject({ dossier: { code: 'G22.99.08-260301-0007', unitText: '00123' } });
  });

  it('broken JSON goes on to quarantine, noise of the platform does not [Q30]', async () => {
    nock(HOST).get(`${LIST}/7001`).reply(200, '{"data":{"maHoSo":');
    const dvclt = source();
    expect(dvclt.decode(await wholeOf(dvclt.fetch(ITEM, signal())))).toMatchObject({
      failure: { stage: 'outer-json' },
    });
    for (const [status, body, code] of [
      [200, '<soap:Fault/>', 'answer.not-json'],
      [200, { status: 500, title: 'server error', errors: {} }, 'dvclt.detail-refused'],
      [404, { title: 'không tồn tại' }, 'dvclt.detail-refused'],
    ] as const) {
      nock(HOST).get(`${LIST}/7001`).reply(status, body);
      await expect(dvclt.fetch(ITEM, signal())).rejects.toMatchObject({ code, disposition: 'refuse' });
    }
  });

  it('renews a dead token for reads too [Q04]', async () => {
    nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
      .get(LIST)
      .reply(401);
    nock(HOST).post('/base/api/token/gettoken').reply(200, { token: 'token-2' });
    nock(HOST, { reqheaders: { authorization: 'Bearer token-2' } })
      .get(LIST)
      .reply(200, { data: [ROW] });
    expect((await source().list(signal())).items).toHaveLength(1);
  });
});
