import { until } from '#testing';
import { fieldsOf, type Fields } from './server/fields';
import { resultFields, statusPush } from './testing/messages';
import { Stage } from './testing/stage';

/** dvclt.md §11, line by line; line 8 (the legs behind a result) is not simulated. */
const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const reopen = async (...given: Parameters<typeof Stage.open>) => {
  await stage.close();
  stage = await Stage.open(...given);
};
const sentence = (answer: Fields) => Object.values(fieldsOf(answer['errors']))[0];
const listedCodes = async () => (await stage.province.list()).map((row) => row['maHoSo']);

describe('dvclt.md §11 line 1', () => {
  it('has both token shapes, a lifetime by configuration, and tokens that expire', async () => {
    await reopen({ tokenLifetimeMs: 1_500 });
    const { username, password } = stage.simulators.credentials.dvclt;
    const logIn = (path: string, body: object) => stage.province.ask('POST', `/dvclt/api/token/${path}`, { body });
    const first = fieldsOf((await logIn('gettoken', { userName: username, password })).json);
    const second = fieldsOf((await logIn('getstatustoken', { SecretId: username, SecretPass: password })).json);
    expect(Object.keys(first).sort()).toEqual(['refreshToken', 'refreshTokenExpiryTime', 'token']);
    expect(Object.keys(second).sort()).toEqual(['expiration', 'token']);
    const tokens = [String(first['token']), String(second['token'])];
    const answers = () => Promise.all(tokens.map((token) => listWith(token)));
    await until(async () => (await answers()).every((status) => status === 401), 10_000, 'the end of both tokens');
    const renewed = fieldsOf((await logIn('gettoken', { userName: username, password })).json);
    expect(await listWith(String(renewed['token']))).toBe(200);
  });

  async function listWith(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await stage.province.ask('GET', '/dvclt/api/lienthongdvclt/hosolienthong', { headers })).status;
  }
});

describe('dvclt.md §11 line 2', () => {
  it('takes a GET with a body and lists until the acknowledgement [Q10 Q33]', async () => {
    const code = stage.simCase.code;
    expect([await listedCodes(), await listedCodes()]).toEqual([[code], [code]]);
    await stage.province.acknowledge(code);
    expect(await listedCodes()).toEqual([]);
  });

  it.each([
    ['before', 1, 0],
    ['after', 0, 1],
  ])('loses an acknowledgement %s it was stored [Q10]', async (value, listed, effects) => {
    await stage.province.fault({ system: 'dvclt', operation: 'acknowledge', switch: 'ackLost', value, nth: 1 });
    await expect(stage.province.acknowledge(stage.simCase.code)).rejects.toThrow();
    expect([(await listedCodes()).length, stage.effects('dvclt', 'acknowledged')]).toEqual([listed, effects]);
    expect((await stage.province.acknowledge(stage.simCase.code)).json).toMatchObject({ title: 'Cập nhật thành công' });
    expect(stage.effects('dvclt', 'acknowledged')).toBe(1);
  });

  it('puts a poisoned item first and writes commune 00123 as 123 [Q28 Q43]', async () => {
    await reopen({}, { scenario: 'poison-first', count: 2, facts: { unit: '00123' } });
    const listed = await stage.province.list();
    expect(listed.map((row) => [row['maDonVi'], row['maTTHC'] === '9.999999'])).toEqual([
      [123, true],
      [123, false],
    ]);
  });
});

describe('dvclt.md §11 line 3', () => {
  it('nests three encodings with the withdrawn files in the inner one [Q07 Q22]', async () => {
    await stage.province.fault({ system: 'dvclt', switch: 'withdrawnFiles', nth: 1 });
    const { outer, inner, xml } = await stage.detail();
    expect([typeof outer['data'], outer['fileDinhKem'], typeof inner['data']]).toEqual(['string', [], 'string']);
    expect(xml).toMatch(/^<hoSo><hoTich><maGCS>/);
    const withdrawn = (inner['fileDinhKem'] as unknown[]).map(fieldsOf).filter((file) => file['huyGiayTo'] !== 0);
    expect(withdrawn.length).toBeGreaterThan(0);
  });

  it('takes results of both schema generations, with and without the district [Q37]', async () => {
    for (const [place, extra] of [{ ndkksMaHuyen: '001' }, {}].entries()) {
      const [simCase] = stage.simulators.order({ kind: 'birth', count: 1, scenario: 'two-level-reform', seed: place });
      const code = `H99.001-261102-000${place + 2}`;
      for (const status of [1, 3, 7]) await stage.province.status(statusPush(simCase, code, status));
      const ketQuaXuLy = JSON.stringify({ ...resultFields(simCase), ndkksMaTinh: '99', ndkksMaXa: '00123', ...extra });
      const answer = await stage.province.status({ ...statusPush(simCase, code, 4), ketQuaXuLy });
      expect(answer.json).toMatchObject({ status: 200 });
    }
  });
});

describe('dvclt.md §11 line 4', () => {
  it('keeps the order 1-3-7-4-5 with its branches and answers terminal states [Q14 Q15]', async () => {
    const answers = [];
    for (const status of [7, 1, 3, 7, 4, 4, 6, 5, 5, 4]) answers.push(await stage.status(CODE, status));
    expect(answers.map((answer) => sentence(answer) ?? answer['title'])).toEqual([
      ['Trạng thái 1 chưa được gửi không thể cập nhật trạng thái'],
      ...Array(4).fill('Cập nhật trạng thái thành công'),
      ['Hồ sơ đã hoàn thành đăng ký, không được cập nhật trạng thái'],
      ['Hồ sơ đã có kết quả xử lý. Không thể cập nhật trạng thái'],
      'Cập nhật trạng thái thành công',
      ['Hồ sơ đã trả kết quả, không được cập nhật trạng thái'],
      ['Hồ sơ đã trả kết quả, không được cập nhật trạng thái'],
    ]);
    expect(stage.order('dvclt', 'status')).toEqual([1, 3, 7, 4, 5]);
  });

  it.each([
    'Có lỗi trong quá trình thêm mới',
    'Chưa cập nhật trạng thái',
    'Cập nhật không thành công',
    'một câu chưa ai biết',
  ])('answers a status by the failure "%s", applying nothing [Q01 Q44]', async (value) => {
    await stage.province.fault({ system: 'dvclt', operation: 'status', switch: 'errorInOkBody', value, nth: 1 });
    expect(sentence(await stage.status(CODE, 1))).toEqual([value]);
    expect(stage.effects('dvclt', 'status')).toBe(0);
  });
});

describe('dvclt.md §11 line 5', () => {
  it('lists the same code with changed data after a status 2, and takes a 3 once that is acknowledged [Q11]', async () => {
    await reopen({}, { scenario: 'supplement' });
    const { code } = stage.simCase;
    const phone = stage.simCase.content['nycSoDienThoai'];
    await stage.province.acknowledge(code);
    for (const status of [1, 2]) await stage.status(CODE, status);
    await until(async () => (await listedCodes()).includes(code), 5_000, 'the supplement');
    expect((await stage.detail()).xml).not.toContain(String(phone));
    expect(sentence(await stage.status(CODE, 3))).toEqual([
      'Hồ sơ bổ sung chưa được gửi không thể cập nhật trạng thái',
    ]);
    await stage.province.acknowledge(code);
    expect((await stage.status(CODE, 3))['status']).toBe(200);
  });
});

describe('dvclt.md §11 line 6', () => {
  it('commits an acknowledgement and a status whose answers are lost [Q13]', async () => {
    await stage.province.fault(
      { system: 'dvclt', operation: 'acknowledge', switch: 'hiddenCommit', value: 'html', nth: 1 },
      { system: 'dvclt', operation: 'status', switch: 'hiddenCommit', value: '502', nth: 1 },
    );
    expect((await stage.province.acknowledge(stage.simCase.code)).text).toContain('<html>');
    expect((await stage.province.status(statusPush(stage.simCase, CODE, 1))).status).toBe(502);
    expect([stage.effects('dvclt', 'acknowledged'), stage.effects('dvclt', 'status')]).toEqual([1, 1]);
  });
});

describe('dvclt.md §11 line 7', () => {
  it.each<[unknown, string]>([
    [{ ...fieldsOf({}), soDangKy: '' }, 'ketQuaXuLy phải là chuỗi'],
    ['', 'ketQuaXuLy không được để trống'],
    ['{"soDangKy":""}', 'soDangKy không được để trống'],
    ['[]', 'ketQuaXuLy sai định dạng JSON'],
  ])('refuses the result %j [Q08 Q23]', async (ketQuaXuLy, text) => {
    for (const status of [1, 3, 7]) await stage.status(CODE, status);
    const answer = await stage.province.status({ ...statusPush(stage.simCase, CODE, 4), ketQuaXuLy });
    expect(sentence(fieldsOf(answer.json))).toEqual([text]);
  });
});
