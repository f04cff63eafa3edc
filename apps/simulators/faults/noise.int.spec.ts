import { foreignUpdate, portalItem, progressRow, reception, registryPush, statusPush } from '../testing/messages';
import type { Answer } from '../testing/http-ask';
import { Stage } from '../testing/stage';

const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());
beforeEach(() => stage.province.ask('DELETE', '/_sim/faults'));

const logIn = (system: string, path: string) =>
  stage.province.ask('POST', `/${system}${path}`, { body: {}, headers: { dstcode: 'VN' } });
const catalogue = (service: string) => stage.province.portal(service, {});

/** Every operation of the four systems. */
const CALLS: Readonly<Record<string, () => Promise<Answer>>> = {
  'dvclt token': () => logIn('dvclt', '/api/token/gettoken'),
  'dvclt statusToken': () => logIn('dvclt', '/api/token/getstatustoken'),
  'dvclt list': () => stage.province.ask('GET', '/dvclt/api/lienthongdvclt/hosolienthong'),
  'dvclt detail': () => stage.province.detail('7001'),
  'dvclt acknowledge': () => stage.province.acknowledge(stage.simCase.code),
  'dvclt status': () => stage.province.status(statusPush(stage.simCase, CODE, 1)),
  'hotich token': () => logIn('hotich', '/token'),
  'hotich nhanHoSoDKHT': () => stage.province.hotich('nhanHoSoDKHT', registryPush(stage.simCase, CODE)),
  'hotich layKetQuaDKHT': () => stage.province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: [CODE] }),
  'dvcqg login': () => logIn('dvcqg', '/mapi/login'),
  'dvcqg DongBoHoSoMC': () =>
    stage.province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] }),
  'dvcqg CapNhatTienDoHoSoMC': () => stage.province.portal('CapNhatTienDoHoSoMC', { data: [progressRow(CODE, 1)] }),
  'dvcqg TraCuuHoSo': () => catalogue('TraCuuHoSo'),
  'dvcqg LayThuTuc': () => catalogue('LayThuTuc'),
  'dvcqg LayDanhSachTTHC': () => catalogue('LayDanhSachTTHC'),
  'dvcqg LayDanhMucCoQuan': () => catalogue('LayDanhMucCoQuan'),
  'dvcqg LayDanhMucLinhVuc': () => catalogue('LayDanhMucLinhVuc'),
  'onestop token': () => logIn('onestop', '/api/token/gettoken'),
  'onestop tiepNhanHoSo': () => stage.province.receive(reception(stage.simCase)),
  'onestop capNhatTrangThai': () =>
    stage.province.onestop('POST', 'capNhatTrangThai', foreignUpdate(stage.simCase, CODE, 4)),
  'onestop traCuuHoSo': () => stage.province.onestop('POST', 'traCuuHoSo', { maHoSo: [CODE] }),
  'onestop suKien': () => stage.province.onestop('GET', 'suKien'),
};
const FORMS = { html: '<html>', soap: 'Client received SOAP Fault', text: 'server error' } as const;

describe('noise in place of JSON', () => {
  it.each(Object.keys(CALLS))('answers %s in each form under 200 and 500, with no effect [Q30]', async (name) => {
    const [system, operation] = name.split(' ');
    for (const [form, words] of Object.entries(FORMS)) {
      for (const status of [200, 500]) {
        await stage.province.fault({ system, operation, switch: 'noise', value: `${form}:${status}`, nth: 1 });
        expect(await CALLS[name]()).toMatchObject({ status, text: expect.stringContaining(words), json: undefined });
      }
    }
    expect(stage.simulators.ledger.totals()).toEqual([]);
  });

  it('knows every operation that a rule may name', async () => {
    const { operations } = (await stage.province.ask('GET', '/_sim/switches')).json as {
      operations: Record<string, string[]>;
    };
    const served = Object.entries(operations).flatMap(([system, names]) => names.map((name) => `${system} ${name}`));
    const unserved = served.filter((name) => CALLS[name] === undefined);
    expect(unserved.sort()).toEqual(['dvcqg unknown', 'onestop decision']);
  });
});
