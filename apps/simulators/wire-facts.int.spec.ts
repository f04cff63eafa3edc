import { until } from '#testing';
import { fieldsOf, type Fields } from './server/fields';
import { registryPush, resultFields, statusPush } from './testing/messages';
import { Stage } from './testing/stage';

/** Names, types and envelopes of the reference that no other spec of this folder holds. */
const CODE = 'H99.001-261102-0001';
/** hotich.md §4. */
const ROW =
  `maDonVi maTinh module maHoSoLT maHoSoMCDT errors trangThai thoiGianThucHien ghiChu ketQuaXuLy nguoiXuLy chucDanh
  phongBanXuLy noiDungXuLy hanBoSungHoSo`
    .split(/\s+/)
    .sort();
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const onHotich = (operation: string, name: string, value?: unknown) =>
  stage.province.fault({ system: 'hotich', operation, switch: name, value, nth: 1 });
const poll = async (module: string, ...maDinhDanhHoSo: string[]) =>
  fieldsOf((await stage.province.hotich('layKetQuaDKHT', { maDinhDanhHoSo, maTinh: '99', module })).json);
const rowsOf = (answer: Fields) => (answer['value'] as unknown[]).map(fieldsOf);

describe('a poll of hộ tịch', () => {
  it.each([
    ['errorInOkBody', true, 'Có lỗi trong quá trình thêm mới'],
    ['errorInOkBody', 'một câu chưa ai biết', 'một câu chưa ai biết'],
    ['maxBytes', 10, 'Dung lượng dữ liệu vượt quá giới hạn cho phép'],
    ['ipBlocked', 'code', 'IP_DISALLOWED'],
    ['tokenDeadIn200', true, 'AUTHEN_ERROR'],
  ])('fails by %s %j in its own envelope: a number and no rows [Q01 Q02]', async (name, value, text) => {
    await onHotich('layKetQuaDKHT', name, value);
    expect(await poll('LTKS', CODE)).toMatchObject({ status: 0, statusDescription: text, value: [] });
  });

  it('has every name of the reference in each row, meaningless ones included [Q16 Q26]', async () => {
    await stage.register(CODE);
    await onHotich('layKetQuaDKHT', 'unknownRow', 'garbage');
    const rows = rowsOf(await poll('LTKS', CODE, 'H99.001-261102-0002'));
    expect(rows.map((row) => Object.keys(row).sort())).toEqual([ROW, ROW]);
  });
});

describe('a push to hộ tịch', () => {
  it.each(['errorInOkBody', 'ipBlocked', 'tokenDeadIn200'])('fails by %s with a text as status [Q02]', async (name) => {
    await onHotich('nhanHoSoDKHT', name);
    expect(await stage.register(CODE)).toMatchObject({ status: '0', statusDescription: '' });
  });
});

describe('LoaiCuTru of a deceased', () => {
  beforeEach(async () => {
    await stage.close();
    stage = await Stage.open({}, { kind: 'death' });
  });

  it('is a whole number in the result of hộ tịch', async () => {
    await stage.province.hotich('nhanHoSoDKHT', registryPush(stage.simCase, CODE));
    let result: Fields = {};
    const isCompleted = async () => {
      result = fieldsOf(rowsOf(await poll('LTKT', CODE))[0]?.['ketQuaXuLy']);
      return result['soDangKy'] !== undefined;
    };
    await until(isCompleted, 5_000, 'the registration');
    expect(result['nktLoaiCuTru']).toBe(Number(stage.simCase.content['nktLoaiCuTru']));
  });

  it.each<[unknown, unknown]>([
    [0, []],
    ['1', [['nktLoaiCuTru phải là số']]],
  ])('as %j in a result for DVCLT is answered %j', async (nktLoaiCuTru, errors) => {
    for (const status of [1, 3, 7]) await stage.status(CODE, status);
    const ketQuaXuLy = JSON.stringify({ ...resultFields(stage.simCase), nktLoaiCuTru });
    const answer = await stage.province.status({ ...statusPush(stage.simCase, CODE, 4), ketQuaXuLy });
    expect(Object.values(fieldsOf(fieldsOf(answer.json)['errors']))).toEqual(errors);
  });
});

describe('DVCLT', () => {
  it('lists a number or a GUID as id and writes it as text in the detail', async () => {
    stage.simulators.order({ kind: 'birth', count: 9, scenario: 'happy-path', seed: 4 });
    const ids = (await stage.province.list()).map((row) => row['id']);
    expect([...new Set(ids.map((id) => typeof id))].sort()).toEqual(['number', 'string']);
    for (const id of ids) {
      const answer = await stage.province.detail(id);
      expect(fieldsOf(fieldsOf(answer.json)['data'])['id']).toBe(String(id));
    }
  });
});

describe('hiddenCommit', () => {
  it('takes 502 as a number too', async () => {
    expect((await onHotich('nhanHoSoDKHT', 'hiddenCommit', 502)).status).toBe(200);
    const answer = await stage.province.hotich('nhanHoSoDKHT', registryPush(stage.simCase, CODE));
    expect([answer.status, stage.effects('hotich', 'received')]).toEqual([502, 1]);
  });
});
