import { until } from '#testing';
import { readScript } from './cases/case-script';
import { fieldsOf, type Fields } from './server/fields';
import { registryPush } from './testing/messages';
import { Stage } from './testing/stage';

/** hotich.md §11, lines 2 to 5; of line 1 only the JSON push and the poll are simulated. */
const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const onPoll = (name: string, value?: unknown) =>
  stage.province.fault({ system: 'hotich', operation: 'layKetQuaDKHT', switch: name, value, nth: 1 });

describe('hotich.md §11 line 2', () => {
  it('answers a push with a string status and a poll with a number, its states as numbers or text by switch [Q02]', async () => {
    expect(await stage.register(CODE)).toMatchObject({ status: '1', errorCode: '' });
    const answer = await stage.province.hotich('layKetQuaDKHT', {
      maDinhDanhHoSo: [CODE],
      maTinh: '99',
      module: 'LTKS',
    });
    expect(answer.json).toMatchObject({ status: 1, value: [{ trangThai: expect.any(Number) as number }] });
    await onPoll('codeAsString');
    expect((await stage.poll(CODE))[0]?.['trangThai']).toEqual(expect.any(String));
  });
});

describe('hotich.md §11 line 3', () => {
  it.each<[string[], number[]]>([
    [
      ['waiting', 'processing', 'completed'],
      [1, 1, 3, 4],
    ],
    [
      ['processing', 'supplement'],
      [1, 3, 2],
    ],
    [['refused'], [1, 6]],
  ])('follows the script %j of a case', async (registry, states) => {
    const [simCase] = stage.simulators.order({
      kind: 'birth',
      count: 1,
      scenario: 'happy-path',
      seed: 2,
      script: readScript({ registry }),
    });
    await stage.province.hotich('nhanHoSoDKHT', registryPush(simCase, CODE));
    await until(() => stage.order('hotich', 'status').length === states.length, 5_000, 'the end of the script');
    expect(stage.order('hotich', 'status')).toEqual(states);
  });

  it('completes without file, without result and without number [Q19]', async () => {
    await stage.registered(CODE);
    const results = [];
    for (const value of ['file', 'result', 'number']) {
      await onPoll('completedNoFile', value);
      results.push((await stage.poll(CODE))[0]);
    }
    expect(results.map((row) => row?.['trangThai'])).toEqual([4, 4, 4]);
    expect(fieldsOf(results[0]?.['ketQuaXuLy'])['giayKhaiSinh']).toBe('');
    expect(results[1]?.['ketQuaXuLy']).toBeNull();
    expect(fieldsOf(results[2]?.['ketQuaXuLy'])['soDinhDanh']).toBeNull();
  });

  it('leaves an unknown code out or shows a meaningless row for it [Q16]', async () => {
    await stage.register(CODE);
    const other = 'H99.001-261102-0099';
    expect((await stage.poll(CODE, other)).map((row) => row['maHoSoMCDT'])).toEqual([CODE]);
    await onPoll('unknownRow', 'garbage');
    const garbage = (await stage.poll(CODE, other)).find((row) => row['maHoSoMCDT'] === other);
    expect(garbage).toMatchObject({ trangThai: 9, errors: 'Hồ sơ không tồn tại' });
    const none = await stage.province.hotich('layKetQuaDKHT', {
      maDinhDanhHoSo: [other],
      maTinh: '99',
      module: 'LTKS',
    });
    expect(none.json).toEqual({ status: 0, statusDescription: 'Có lỗi xảy ra khi lấy dữ liệu', value: [] });
  });
});

describe('hotich.md §11 line 4', () => {
  const WRONG: Fields = { meSoDDCN: '9990800000012', nksDanToc: '55', ngayCapGCS: '20261101' };
  const TEXTS = [
    'meSoDDCN có độ dài vượt quá 12 ký tự',
    'nksDanToc không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật',
    'ngayCapGCS định dạng không đúng',
  ];

  it('checks lengths, catalogues and date formats, and names every wrong field', async () => {
    const answer = await stage.register(CODE, WRONG);
    expect(answer['status']).toBe('0');
    for (const text of TEXTS) expect(answer['errorDescription']).toContain(text);
    expect(stage.effects('hotich', 'received')).toBe(0);
  });

  it('glues the messages by a letter and echoes the request [Q24 Q36]', async () => {
    await stage.province.fault({ system: 'hotich', switch: 'gluedErrors', nth: 1 });
    const answer = await stage.register(CODE, WRONG);
    expect(answer).toMatchObject({ title: 'Có lỗi xảy ra.', status: 500 });
    expect(fieldsOf(answer['inputSend'])).toEqual(registryPush(stage.simCase, CODE, WRONG));
    const glued = String(answer['errors']);
    for (const text of TEXTS) expect(glued).toContain(text);
    expect(glued.length).toBe(TEXTS.join('n').length);
  });
});

describe('hotich.md §11 line 5', () => {
  it('takes three codes in one poll, or as many as the switch says, and refuses more in words of the configuration [Q18]', async () => {
    await stage.province.ask('POST', '/_sim/texts', { body: { hotich: { batchLimit: 'Tối đa {limit} hồ sơ' } } });
    const poll = async (count: number) => {
      const maDinhDanhHoSo = Array.from({ length: count }, (_, index) => `H99.001-261102-000${index + 1}`);
      const answer = await stage.province.hotich('layKetQuaDKHT', { maDinhDanhHoSo, maTinh: '99', module: 'LTKS' });
      return fieldsOf(answer.json)['statusDescription'];
    };
    await stage.register(CODE);
    expect([await poll(3), await poll(4)]).toEqual(['Thành công', 'Tối đa 3 hồ sơ']);
    await onPoll('batchLimit', 1);
    expect(await poll(2)).toBe('Tối đa 1 hồ sơ');
    await onPoll('batchLimit', 50);
    expect(await poll(9)).toBe('Thành công');
  });
});
