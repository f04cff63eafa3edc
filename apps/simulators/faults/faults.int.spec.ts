import { until } from '#testing';
import type { SimCase } from '../cases/sim-case';
import { SCENARIOS } from '../cases/scenarios';
import { fieldsOf, type Fields } from '../server/fields';
import { startSimulators, type Simulators } from '../start-simulators';
import { portalItem, progressRow, reception, registryPush, statusPush } from '../testing/messages';
import { Province } from '../testing/province';

const CODE = 'H99.001-261102-0001';
let simulators: Simulators;
let province: Province;
let simCase: SimCase;

beforeEach(async () => {
  simulators = await startSimulators({ pace: { minMs: 1, maxMs: 2 }, seed: 3 });
  province = new Province(simulators);
  await province.logIn();
  [simCase] = simulators.order({ kind: 'birth', count: 1, scenario: 'happy-path', seed: 9 }) as [SimCase];
});

afterEach(() => simulators.stop());

const effects = (system: string, kind: string) =>
  simulators.ledger.list({ system, kind }).reduce((sum, line) => sum + line.count, 0);
const pushFirst = () => province.status(statusPush(simCase, CODE, 1));
const register = () => province.hotich('nhanHoSoDKHT', registryPush(simCase, CODE));
const poll = (codes: readonly string[] = [CODE]) =>
  province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: codes, maTinh: '99', module: 'LTKS' });
const create = () => province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] });
const rowsOf = (json: unknown) => (fieldsOf(json)['value'] as unknown[]).map(fieldsOf);

async function completedRow(): Promise<Fields> {
  await until(
    async () => rowsOf((await poll()).json).some((row) => String(row['trangThai']) === '4'),
    5_000,
    'the registration',
  );
  return rowsOf((await poll()).json)[0];
}

describe('switches of every system', () => {
  it('answer noise, quota, a blocked address and a failure in HTTP 200 without any effect', async () => {
    const rule = { system: 'dvclt', operation: 'status' };
    await province.fault(
      { ...rule, switch: 'noise', value: 'soap', nth: 1 },
      { ...rule, switch: 'noise', value: { form: 'html', status: 503 }, nth: 2 },
      { ...rule, switch: 'quota', value: 7, nth: 3 },
      { ...rule, switch: 'ipBlocked', nth: 4 },
      { ...rule, switch: 'errorInOkBody', nth: 5 },
    );
    expect(await pushFirst()).toMatchObject({ status: 500, text: expect.stringContaining('SOAP Fault') });
    expect(await pushFirst()).toMatchObject({ status: 503, text: expect.stringContaining('<html>') });
    expect(await pushFirst()).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect((await pushFirst()).status).toBe(403);
    expect(await pushFirst()).toMatchObject({ status: 200, json: { status: 500 } });
    expect(effects('dvclt', 'status')).toBe(0);
    expect(await pushFirst()).toMatchObject({ json: { status: 200 } });
  });

  it.each(['drop', '502', 'html', 'late:30'])('commit and lose the answer by %s', async (value) => {
    await province.fault({ system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'hiddenCommit', value, nth: 1 });
    const answer = await register().catch(() => null);
    expect(answer === null ? 'cut' : answer.status).toBe({ drop: 'cut', '502': 502, html: 200, 'late:30': 200 }[value]);
    expect(effects('hotich', 'received')).toBe(1);
  });

  it('end tokens early, by 401 or inside HTTP 200', async () => {
    await province.fault(
      { system: 'hotich', switch: 'tokenEarlyDeath', nth: 1 },
      { system: 'dvcqg', switch: 'tokenDeadIn200', nth: 1 },
    );
    expect([(await poll()).status, (await poll()).status]).toEqual([401, 401]);
    expect((await create()).json).toMatchObject({
      error_code: -1,
      message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn',
    });
    await province.logIn();
    expect((await create()).json).toMatchObject({ error_code: 0 });
  });

  it('spell messages otherwise and answer slowly', async () => {
    await province.fault(
      { system: 'dvclt', operation: 'status', switch: 'textVariant', value: 'case' },
      { system: 'dvclt', operation: 'status', switch: 'slowMs', value: 40 },
    );
    const since = Date.now();
    expect((await pushFirst()).json).toMatchObject({ title: 'cẬP NHẬT TRẠNG THÁI THÀNH CÔNG' });
    expect(Date.now() - since).toBeGreaterThanOrEqual(35);
  });

  it('log a call with every code that it names', async () => {
    await poll(['H99-000000-000001', CODE]);
    const calls = (await province.ask('GET', '/_sim/calls?system=hotich')).json as Fields[];
    expect(calls.at(-1)).toMatchObject({ operation: 'layKetQuaDKHT', codes: ['H99-000000-000001', CODE] });
    expect(calls.at(-1)).toMatchObject({ code: 'H99-000000-000001' });
  });

  it('do not answer at all to a silently blocked address', async () => {
    await province.fault({ system: 'hotich', switch: 'ipBlocked', value: 'silent', nth: 1 });
    const answer = poll().catch(() => 'cut');
    await until(
      () =>
        province
          .ask('GET', '/_sim/calls?system=hotich')
          .then(({ json }) => JSON.stringify(json).includes('"status":0')),
      5_000,
      'the silence',
    );
    await simulators.stop();
    expect(await answer).toBe('cut');
  });
});

describe('switches of DVCLT', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ])('cut the acknowledgement %s it is applied', async (value, count) => {
    await province.fault({ system: 'dvclt', operation: 'acknowledge', switch: 'ackLost', value, nth: 1 });
    await expect(province.acknowledge(simCase.code)).rejects.toThrow();
    expect(effects('dvclt', 'acknowledged')).toBe(count);
  });

  it('list again after the acknowledgement, the same or changed', async () => {
    const phone = simCase.content['nycSoDienThoai'];
    await province.fault(
      { system: 'dvclt', operation: 'acknowledge', switch: 'relistSame', nth: 1 },
      { system: 'dvclt', operation: 'acknowledge', switch: 'relistChanged', nth: 2 },
    );
    await province.acknowledge(simCase.code);
    expect([(await province.list()).length, simCase.content['nycSoDienThoai']]).toEqual([1, phone]);
    await province.acknowledge(simCase.code);
    expect((await province.list()).length).toBe(1);
    expect(simCase.content['nycSoDienThoai']).not.toBe(phone);
  });

  it('put a poisoned item first and shorten the list', async () => {
    await province.fault(
      { system: 'dvclt', operation: 'list', switch: 'poisonFirst', nth: 1 },
      { system: 'dvclt', operation: 'list', switch: 'listSize', value: 1, nth: 2 },
    );
    const listed = await province.list();
    expect(listed.map((item) => item['maTTHC'])).toEqual(['9.999999', simCase.procedureCode]);
    expect((await province.detail(listed[0]?.['id'])).status).toBe(200);
    expect((await province.list()).length).toBe(1);
  });

  it('claim a missing step, prove a terminal state, and take or refuse a repeat', async () => {
    const rule = { system: 'dvclt', operation: 'status' };
    await province.fault(
      { ...rule, switch: 'orderStrict', nth: 1 },
      { ...rule, switch: 'repeatIsError', value: false, nth: 3 },
      { ...rule, switch: 'terminalConflict', nth: 4 },
    );
    expect((await pushFirst()).json).toMatchObject({
      errors: { soHoSoLT: ['Trạng thái 1 chưa được gửi không thể cập nhật trạng thái'] },
    });
    await pushFirst();
    expect((await pushFirst()).json).toMatchObject({ status: 200 });
    expect((await province.status(statusPush(simCase, CODE, 6))).json).toMatchObject({
      errors: { soHoSoLT: ['Hồ sơ đã bị từ chối. Không thể cập nhật trạng thái'] },
    });
    expect(simulators.ledger.list({ system: 'dvclt', kind: 'status' })[0]?.order).toEqual([1, 6]);
  });
});

describe('switches of hộ tịch', () => {
  it('complete without file, without result, without number, with text, and with the file late', async () => {
    await register();
    expect(fieldsOf((await completedRow())['ketQuaXuLy'])['soDinhDanh']).toMatch(/^999\d{9}$/);
    const rule = { system: 'hotich', operation: 'layKetQuaDKHT' };
    await province.fault(
      { ...rule, switch: 'completedNoFile', value: 'file', nth: 1 },
      { ...rule, switch: 'completedNoFile', value: 'result', nth: 2 },
      { ...rule, switch: 'completedNoFile', value: 'number', nth: 3 },
      { ...rule, switch: 'resultAsString', nth: 4 },
      { ...rule, switch: 'codeAsString', nth: 5 },
      { ...rule, switch: 'fileLateAfter', value: 9_999, nth: 6 },
    );
    const rows: Fields[] = [];
    for (let index = 0; index < 6; index += 1) rows.push(rowsOf((await poll()).json)[0]);
    expect(fieldsOf(rows[0]?.['ketQuaXuLy'])['giayKhaiSinh']).toBe('');
    expect(rows[1]?.['ketQuaXuLy']).toBeNull();
    expect(fieldsOf(rows[2]?.['ketQuaXuLy'])['soDinhDanh']).toBeNull();
    expect(typeof rows[3]?.['ketQuaXuLy']).toBe('string');
    expect(rows[4]?.['trangThai']).toBe('4');
    expect(fieldsOf(rows[5]?.['ketQuaXuLy'])['giayKhaiSinh']).toBe('');
  });

  it('show a meaningless row, shrink the batch, glue errors, let catalogues drift, answer a first push as a repeat', async () => {
    await province.fault(
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'unknownRow', nth: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'batchLimit', value: 1, nth: 2 },
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'catalogueDrift', value: simCase.unit, until: 2 },
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'gluedErrors', nth: 1 },
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'repeatIsError', nth: 3 },
    );
    expect(rowsOf((await poll()).json)[0]).toMatchObject({ trangThai: 9 });
    expect((await poll(['a', 'b'])).json).toMatchObject({ status: 0 });
    expect((await register()).json).toMatchObject({
      status: 500,
      inputSend: { maHoSoLT: simCase.code },
      errors: expect.stringMatching(/tài liệu kỹ thuậtn\w/),
    });
    expect((await register()).json).toMatchObject({ status: '0', errorCode: '106' });
    expect((await register()).json).toMatchObject({ errorDescription: 'Hồ sơ đã được tiếp nhận' });
    expect(effects('hotich', 'received')).toBe(1);
  });
});

describe('switches of the portal', () => {
  it('spell the code, refuse states, lose files, shrink the batch and answer a create as a repeat', async () => {
    const rule = { system: 'dvcqg', operation: 'DongBoHoSoMC' };
    const paper = {
      DanhSachGiayToKetQua: [{ TenGiayTo: 'Giấy khai sinh', DuongDanTepTinKetQua: 'http://127.0.0.1:9/files/x' }],
    };
    const update = (state: number, changes: Fields = {}) =>
      province.portal('DongBoHoSoMC', { isUpdating: 'True', data: [portalItem(CODE, state, changes)] });
    await province.fault(
      { ...rule, switch: 'repeatIsError', nth: 1 },
      { ...rule, switch: 'codeAsString', value: '00', nth: 2 },
      { ...rule, switch: 'stateValidation', nth: 3 },
      { ...rule, switch: 'fileUrlDead', nth: 4 },
      { system: 'dvcqg', operation: 'CapNhatTienDoHoSoMC', switch: 'batchLimit', value: 1, nth: 1 },
    );
    expect((await create()).json).toMatchObject({ error_code: -3, message: 'Mã hồ sơ đã tồn tại' });
    expect(effects('dvcqg', 'dossier')).toBe(1);
    expect((await update(4)).json).toMatchObject({ error_code: '00' });
    expect((await update(5)).json).toMatchObject({ error_code: -1, message: 'Trạng thái hồ sơ không hợp lệ' });
    await update(9, paper);
    expect(effects('dvcqg', 'file-failed')).toBe(1);
    const rows = [progressRow(CODE, 2), progressRow(CODE, 4)];
    expect((await province.portal('CapNhatTienDoHoSoMC', { data: rows })).json).toMatchObject({ error_code: -1 });
  });
});

describe('rules', () => {
  it('match a dossier by either of its codes and end after so many firings', async () => {
    const code = String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
    await province.fault({ system: 'dvclt', operation: 'status', switch: 'noise', code, until: 2 });
    const statuses = [];
    for (let index = 0; index < 3; index += 1)
      statuses.push((await province.status({ ...statusPush(simCase, code, 1) })).text.startsWith('<html'));
    expect(statuses).toEqual([true, true, false]);
  });

  it('fire at the same calls for the same seed', async () => {
    const run = async () => {
      await province.ask('DELETE', '/_sim/faults');
      await province.fault({ system: 'hotich', operation: 'layKetQuaDKHT', switch: 'noise', rate: 0.5, seed: 77 });
      const hits = [];
      for (let index = 0; index < 12; index += 1) hits.push((await poll()).text.startsWith('<html'));
      return hits;
    };
    const [first, second] = [await run(), await run()];
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it.each([
    [{ system: 'dvclt', switch: 'unheardOf' }, 'dvclt knows'],
    [{ system: 'dvclt', switch: 'batchLimit' }, 'dvclt knows'],
    [{ system: 'nobody', switch: 'noise' }, 'one of dvclt'],
    [{ system: 'hotich', operation: 'unheardOf', switch: 'noise' }, 'nhanHoSoDKHT'],
    [{ system: 'hotich', switch: 'noise', value: 'music' }, 'html | soap | text'],
    [{ system: 'hotich', switch: 'noise', rate: 2 }, 'from 0 to 1'],
  ])('are refused where they make no sense: %j', async (rule, words) => {
    const answer = await province.fault(rule);
    expect([answer.status, String(fieldsOf(answer.json)['title'])]).toEqual([400, expect.stringContaining(words)]);
    expect((await province.ask('GET', '/_sim/faults')).json).toEqual([]);
  });

  it.each(SCENARIOS)('of scenario %s can be ordered', async (scenario) => {
    const answer = await province.ask('POST', '/_sim/cases', { body: { kind: 'birth', count: 2, scenario, seed: 1 } });
    expect([answer.status, (fieldsOf(answer.json)['codes'] as unknown[]).length]).toEqual([201, 2]);
    expect((await province.list()).length).toBe(3);
  });

  it('of no scenario are refused by name', async () => {
    const answer = await province.ask('POST', '/_sim/cases', { body: { kind: 'birth', scenario: 'unheard-of' } });
    expect([answer.status, fieldsOf(answer.json)['title']]).toEqual([400, expect.stringContaining('hidden-commit')]);
  });
});

describe('panel', () => {
  it('is served with totals, calls, switches and health', async () => {
    await pushFirst();
    expect((await province.ask('GET', '/_sim/')).text).toContain('Hệ thống mô phỏng');
    expect((await province.ask('GET', '/_sim/totals')).json).toEqual([
      { system: 'dvclt', kind: 'status', codes: 1, effects: 1 },
    ]);
    const calls = (await province.ask('GET', '/_sim/calls?system=dvclt')).json as Fields[];
    expect(calls.at(-1)).toMatchObject({ system: 'dvclt', operation: 'status', code: simCase.code, status: 200 });
    expect((await province.ask('GET', '/_sim/health')).json).toEqual({ status: 'ok', cases: 1 });
    expect(fieldsOf((await province.ask('GET', '/_sim/switches')).json)['switches']).toContainEqual(
      expect.objectContaining({ name: 'hiddenCommit' }),
    );
  });
});
