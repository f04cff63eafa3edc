import { until } from '#testing';
import { readScript } from './cases/case-script';
import { fieldsOf, type Fields } from './server/fields';
import { FileHost } from './testing/file-host';
import { foreignUpdate, portalItem, progressRow, reception } from './testing/messages';
import { Stage } from './testing/stage';

/** dvcqg.md §10 up to the state validation, and onestop.md §4 with scripted officers. */
const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const synchronise = async (isUpdating: string, state: number, changes: Fields = {}) =>
  fieldsOf(
    (await stage.province.portal('DongBoHoSoMC', { isUpdating, data: [portalItem(CODE, state, changes)] })).json,
  );
const onSynchronise = (name: string, value?: unknown) =>
  stage.province.fault({ system: 'dvcqg', operation: 'DongBoHoSoMC', switch: name, value, nth: 1 });

describe('dvcqg.md §10', () => {
  it('logs in with dstcode only', async () => {
    const body = stage.simulators.credentials.dvcqg;
    const logIn = (headers: Record<string, string>) =>
      stage.province.ask('POST', '/dvcqg/mapi/login', { headers, body });
    expect((await logIn({})).json).toMatchObject({ error_code: -1, message: 'Thiếu dstcode' });
    expect((await logIn({ dstcode: 'VN:GOV:G22:vpcpdvcprovider' })).json).toMatchObject({ error_code: 0 });
  });

  it('ends a session inside HTTP 200 with an error body, applying nothing [Q03]', async () => {
    await onSynchronise('tokenDeadIn200');
    const dead = { error_code: -1, message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn', result: [] };
    expect([await synchronise('False', 1), await synchronise('False', 1)]).toEqual([dead, dead]);
    await stage.province.logIn();
    expect(await synchronise('False', 1)).toMatchObject({ error_code: 0 });
    expect(stage.effects('dvcqg', 'dossier')).toBe(1);
  });

  it.each([
    [true, '0'],
    ['0', '0'],
    ['00', '00'],
  ])('writes its code as text by the switch %j [Q02]', async (value, code) => {
    await onSynchronise('codeAsString', value);
    expect([(await synchronise('False', 1))['error_code'], (await synchronise('True', 2))['error_code']]).toEqual([
      code,
      0,
    ]);
  });

  it.each([
    [undefined, -3],
    ['0', 0],
    ['3', 3],
  ])(
    'splits create and update, and tells a repeated create with "đã tồn tại" under the code of %j [Q12 Q38]',
    async (value, code) => {
      expect((await synchronise('True', 1))['message']).toBe('Mã hồ sơ không tồn tại');
      expect((await synchronise('False', 1))['message']).toBe('Đồng bộ hồ sơ thành công');
      if (value !== undefined) await onSynchronise('repeatIsError', value);
      expect(await synchronise('False', 1)).toEqual({ error_code: code, message: 'Mã hồ sơ đã tồn tại', result: [] });
      expect((await synchronise('True', 2))['message']).toBe('Đồng bộ hồ sơ thành công');
      expect([stage.effects('dvcqg', 'dossier'), stage.order('dvcqg', 'status')]).toEqual([1, [1, 2]]);
    },
  );

  it('takes ten rows of progress at once and not eleven [Q18]', async () => {
    await synchronise('False', 1);
    const send = async (count: number) => {
      const data = Array.from({ length: count }, (_, index) => progressRow(CODE, 1, { NoiDungXuLy: `Bước ${index}` }));
      return fieldsOf((await stage.province.portal('CapNhatTienDoHoSoMC', { data })).json)['error_code'];
    };
    expect([await send(11), await send(10), stage.effects('dvcqg', 'progress')]).toEqual([-1, 0, 10]);
  });

  it('fetches files by address, checks their digest, and reports dead links and slow servers [Q20]', async () => {
    const host = await new FileHost().start();
    await stage.close();
    stage = await Stage.open({ fileTimeoutMs: 1_000 });
    const papers = ['right', 'wrong', 'missing', 'stalled'].map((name) => ({
      TenGiayTo: 'Giấy mẫu',
      DuongDanTepTinKetQua: host.url(name),
    }));
    papers.push({ TenGiayTo: 'Giấy mẫu', DuongDanTepTinKetQua: 'http://127.0.0.1:9/files/dead' });
    await synchronise('False', 9, { DanhSachGiayToKetQua: papers });
    await until(() => stage.effects('dvcqg', 'file-failed') === 4, 20_000, 'four failures');
    expect([...stage.order('dvcqg', 'file-failed')].sort()).toEqual(['digest', 'http-404', 'timeout', 'unreachable']);
    expect(stage.effects('dvcqg', 'file-fetched')).toBe(1);
    await host.stop();
  });

  it('refuses the states 5, 6 and 8 by switch, and takes them otherwise', async () => {
    await synchronise('False', 1);
    for (const state of [5, 6, 8]) {
      await onSynchronise('stateValidation');
      expect(await synchronise('True', state)).toMatchObject({
        error_code: -1,
        message: 'Trạng thái hồ sơ không hợp lệ',
      });
      expect(await synchronise('True', state)).toMatchObject({ error_code: 0 });
    }
    expect(stage.order('dvcqg', 'status')).toEqual([1, 5, 6, 8]);
  });

  it('has catalogues with UPPERCASE keys [Q26]', async () => {
    for (const service of ['LayDanhSachTTHC', 'LayDanhMucCoQuan', 'LayDanhMucLinhVuc']) {
      const rows = (fieldsOf((await stage.province.portal(service, {})).json)['result'] as unknown[]).map(fieldsOf);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.flatMap((row) => Object.keys(row)).every((key) => key === key.toUpperCase())).toBe(true);
    }
  });
});

describe('onestop.md §4', () => {
  const receive = async (changes: Fields = {}) =>
    fieldsOf((await stage.province.receive(reception(stage.simCase, changes))).json)['maHoSoMCDT'];
  const states = () => stage.order('onestop', 'status');
  const feed = async () => {
    const answer = fieldsOf((await stage.province.onestop('GET', 'suKien?sauViTri=0&soLuong=50')).json);
    return (answer['duLieu'] as unknown[]).map(fieldsOf);
  };
  const reopen = async (script: object) => {
    await stage.close();
    stage = await Stage.open({ decisions: 'poll' }, { script: readScript(script) });
  };

  it('gives the same code for the same dossier, once', async () => {
    const [first, second] = [await receive(), await receive()];
    expect(first).toMatch(/^H99\.\w{3}-\d{6}-\d{4,}$/);
    expect([second, stage.effects('onestop', 'dossier')]).toEqual([first, 1]);
  });

  it('accepts, takes the result of hộ tịch and hands it over, as events in their order', async () => {
    await reopen({});
    const code = String(await receive());
    await until(() => states().includes(2), 5_000, 'the acceptance');
    await stage.province.onestop('POST', 'capNhatTrangThai', foreignUpdate(stage.simCase, code, 4));
    await stage.province.onestop('POST', 'capNhatTrangThai', foreignUpdate(stage.simCase, code, 9));
    await until(() => states().includes(10), 5_000, 'the hand-over');
    expect(states()).toEqual([1, 2, 4, 9, 10]);
    expect((await feed()).map((row) => [row['viTri'], row['maHoSoMCDT'], row['suKien']])).toEqual([
      [1, code, 'TIEP_NHAN'],
      [2, code, 'TRA_KET_QUA'],
    ]);
  });

  it.each<[string[], number[], string[]]>([
    [['refuse'], [1, 3], ['TU_CHOI']],
    [
      ['require-fee', 'accept'],
      [1, 6, 2],
      ['YEU_CAU_PHI', 'TIEP_NHAN'],
    ],
    [['withdraw'], [1, 7], ['RUT']],
    [['stop'], [1, 8], ['DUNG']],
    [['request-supplement'], [1, 5], ['YEU_CAU_BO_SUNG']],
  ])('follows the script %j of its officer', async (oneStop, expected, events) => {
    await reopen({ oneStop });
    await receive();
    await until(() => states().length === expected.length, 5_000, 'the script');
    expect([states(), (await feed()).map((row) => row['suKien'])]).toEqual([expected, events]);
  });

  it('takes changed content as the supplement while it waits for one, and else gives the code back', async () => {
    await reopen({ oneStop: ['request-supplement', 'accept'] });
    const changed = { nguoiNop: { hoTen: 'Người Khác Mẫu' } };
    const code = await receive();
    await until(() => states().includes(5), 5_000, 'the request');
    expect([await receive(), stage.effects('onestop', 'supplement')]).toEqual([code, 0]);
    expect([await receive(changed), stage.effects('onestop', 'supplement')]).toEqual([code, 1]);
    await until(() => states().length === 4, 5_000, 'the acceptance');
    expect(await receive({ nguoiNop: { hoTen: 'Người Thứ Ba Mẫu' } })).toBe(code);
    expect([states(), stage.effects('onestop', 'supplement')]).toEqual([[1, 5, 1, 2], 1]);
  });
});
