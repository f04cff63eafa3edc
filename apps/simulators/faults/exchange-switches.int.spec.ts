import { until } from '#testing';
import { fieldsOf, type Fields } from '../server/fields';
import { FileHost } from '../testing/file-host';
import { GatewayDouble } from '../testing/gateway-double';
import { portalItem, progressRow, reception, resultFields, statusPush } from '../testing/messages';
import { Stage } from '../testing/stage';

const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const synchronise = (isUpdating: string, state: number, changes: Fields = {}) =>
  stage.province
    .portal('DongBoHoSoMC', { isUpdating, data: [portalItem(CODE, state, changes)] })
    .then(({ json }) => fieldsOf(json));

describe('refuseEmpty', () => {
  const four = async (changes: Fields) => {
    const result = { ...resultFields(stage.simCase), ...changes };
    const push = { ...statusPush(stage.simCase, CODE, 4), ketQuaXuLy: JSON.stringify(result) };
    return Object.values(fieldsOf(fieldsOf((await stage.province.status(push)).json)['errors']))[0];
  };

  it('lets empty leaves pass, demands all of them, or keeps to the contract [Q23]', async () => {
    for (const status of [1, 3, 7]) await stage.status(CODE, status);
    expect(await four({ chaHoTen: '' })).toEqual(['chaHoTen không được để trống']);
    const rule = { system: 'dvclt', operation: 'status', switch: 'refuseEmpty' };
    await stage.province.fault({ ...rule, value: true, nth: 1 }, { ...rule, value: false, nth: 2 });
    expect(await four({})).toEqual(['nksHoTen không được để trống']);
    expect(await four({ chaHoTen: '' })).toBeUndefined();
    expect(stage.order('dvclt', 'status')).toEqual([1, 3, 7, 4]);
  });
});

describe('poisonFirst', () => {
  it.each([
    ['procedure', { maTTHC: '9.999999' }],
    ['unit', { maDonVi: 98_765 }],
    ['detail', { module: 'KS' }],
  ])('heads the list with one of an unknown %s, and leaves it there [Q43]', async (value, row) => {
    await stage.province.fault({ system: 'dvclt', operation: 'list', switch: 'poisonFirst', value, until: 2 });
    for (let round = 0; round < 3; round += 1) {
      const listed = await stage.province.list();
      expect([listed.length, listed[0], listed[1]?.['maHoSo']]).toEqual([
        2,
        expect.objectContaining(row),
        stage.simCase.code,
      ]);
    }
    const { outer } = await stage.detail(String((await stage.province.list())[0]?.['maHoSo']));
    const parse = () => JSON.parse(String(outer['data'])) as unknown;
    if (value === 'detail') expect(parse).toThrow();
    else expect(parse()).toMatchObject({ module: 'KS' });
  });
});

describe('twoCallSync', () => {
  it('shows a created dossier nowhere before its first update [Q38]', async () => {
    await stage.province.fault({ system: 'dvcqg', operation: 'DongBoHoSoMC', switch: 'twoCallSync', nth: 1 });
    const found = async () => fieldsOf((await stage.province.portal('TraCuuHoSo', { mahoso: CODE })).json)['result'];
    const progress = async () =>
      fieldsOf((await stage.province.portal('CapNhatTienDoHoSoMC', { data: [progressRow(CODE, 1)] })).json)['message'];
    expect(await synchronise('False', 1)).toMatchObject({ error_code: 0 });
    expect([await found(), await progress()]).toEqual([[], 'Hồ sơ chưa được đồng bộ']);
    expect(await synchronise('False', 1)).toMatchObject({ error_code: -3, message: 'Mã hồ sơ đã tồn tại' });
    expect(await synchronise('True', 1)).toMatchObject({ error_code: 0 });
    expect([await found(), await progress()]).toEqual([
      [expect.objectContaining({ MaHoSo: CODE })],
      'Cập nhật tiến độ thành công',
    ]);
    expect([stage.effects('dvcqg', 'dossier'), stage.order('dvcqg', 'status')]).toEqual([1, [1]]);
  });
});

describe('catalogueDrift', () => {
  it('of the portal and of the one-stop forgets a procedure and a commune [Q37]', async () => {
    await stage.province.fault(
      { system: 'dvcqg', switch: 'catalogueDrift', value: '3.000722', nth: 1 },
      { system: 'onestop', switch: 'catalogueDrift', value: stage.simCase.unit, nth: 1 },
    );
    expect(await synchronise('False', 1)).toMatchObject({ error_code: -1, message: 'MaTTHC sai giá trị' });
    expect(await synchronise('False', 1)).toMatchObject({ error_code: 0 });
    const receive = async () =>
      fieldsOf((await stage.province.receive(reception(stage.simCase))).json)['statusDescription'];
    expect([await receive(), await receive()]).toEqual(['maDonVi sai giá trị', 'Tiếp nhận hồ sơ thành công']);
  });
});

describe('files that the portal fetches', () => {
  let host: FileHost;

  beforeEach(async () => {
    host = await new FileHost().start();
  });

  afterEach(() => host.stop());

  const send = (name: string) =>
    synchronise('False', 9, { DanhSachGiayToKetQua: [{ TenGiayTo: 'Giấy', DuongDanTepTinKetQua: host.url(name) }] });
  const failure = async () => {
    await until(() => stage.effects('dvcqg', 'file-failed') === 1, 15_000, 'the portal giving up');
    return stage.order('dvcqg', 'file-failed');
  };

  it('are out of reach, or so slow that it gives up [Q20 Q40]', async () => {
    const rule = { system: 'dvcqg', operation: 'DongBoHoSoMC', switch: 'fileUrlDead' };
    await stage.province.fault({ ...rule, value: true, nth: 1 });
    await send('right');
    expect([await failure(), host.fetches]).toEqual([['unreachable'], 0]);
    await stage.close();
    stage = await Stage.open();
    await stage.province.fault({ ...rule, value: 'slow:300', nth: 1 });
    await send('stalled');
    expect(await failure()).toEqual(['timeout']);
    expect(host.fetches).toBeGreaterThan(0);
  });

  it('are given up after the portal’s own time where their server stalls, and are tried again where it is busy', async () => {
    await stage.close();
    stage = await Stage.open({ fileTimeoutMs: 30 });
    await send('stalled');
    expect(await failure()).toEqual(['timeout']);
    await stage.close();
    stage = await Stage.open();
    await send('busy');
    expect([await failure(), host.fetches]).toEqual([['http-503'], 6]);
  });
});

describe('clientStorm', () => {
  it('posts a decision again and again with one key, answered or not, and ends [Q34]', async () => {
    const gateway = new GatewayDouble([{ status: 503, code: '' }]);
    await stage.close();
    stage = await Stage.open({ gateway: await gateway.start() });
    const code = stage.simCase.code;
    await stage.province.fault({ system: 'onestop', switch: 'clientStorm', value: { periodMs: 10, rounds: 8 }, code });
    const [other] = stage.simulators.order({ kind: 'birth', count: 1, scenario: 'happy-path', seed: 4 });
    await stage.province.receive(reception(stage.simCase));
    await stage.province.receive(reception(other));
    const storm = async () =>
      ((await stage.province.ask('GET', '/_sim/calls?system=onestop')).json as Fields[]).filter(
        (call) => call['operation'] === 'clientStorm',
      );
    await until(async () => (await storm()).length === 8, 5_000, 'the end of the storm');
    await until(() => stage.effects('onestop', 'decision') === 2, 5_000, 'both decisions');
    const of = (which: string) => gateway.received.filter(({ path }) => path.includes(which));
    // The officer's own posting besides: once, and once more where it was the one that met the 503.
    expect([9, 10]).toContain(of(code).length);
    expect([1, 2]).toContain(of(other.code).length);
    expect(new Set(of(code).map(({ key }) => key)).size).toBe(1);
    expect(stage.effects('onestop', 'decision')).toBe(2);
    await gateway.stop();
  });

  it.each([[{ periodMs: 5, rounds: 1 }], [{ periodMs: 100, rounds: 100_000 }], ['for ever']])(
    'is bounded: %j is refused',
    async (value) => {
      const answer = await stage.province.fault({ system: 'onestop', switch: 'clientStorm', value });
      expect([answer.status, fieldsOf(answer.json)['title']]).toEqual([400, expect.stringContaining('periodMs')]);
    },
  );
});
