import { until } from '#testing';
import type { CaseKind, SimCase } from './cases/sim-case';
import type { Scenario } from './cases/scenarios';
import { fieldsOf, type Fields } from './server/fields';
import { startSimulators, type Simulators } from './start-simulators';
import { GatewayDouble } from './testing/gateway-double';
import { foreignUpdate, portalItem, progressRow, reception, registryPush, statusPush } from './testing/messages';
import { Province } from './testing/province';

const WAIT_MS = 5_000;
let simulators: Simulators;
let province: Province;
let gateway: GatewayDouble;

beforeEach(async () => {
  gateway = new GatewayDouble();
  simulators = await startSimulators({ pace: { minMs: 5, maxMs: 20 }, seed: 11, gateway: await gateway.start() });
  province = new Province(simulators);
  await province.logIn();
});

afterEach(async () => {
  await simulators.stop();
  await gateway.stop();
});

function file(kind: CaseKind, scenario: Scenario = 'happy-path', count = 1): SimCase[] {
  return [...simulators.order({ kind, count, scenario, seed: 5 })];
}

function line(system: string, kind: string, code: string): { count: number; order: readonly unknown[] } {
  const [found] = simulators.ledger.list({ system, kind, code });
  return { count: found?.count ?? 0, order: found?.order ?? [] };
}

async function received(simCase: SimCase): Promise<string> {
  const answer = await province.receive(reception(simCase));
  return String(fieldsOf(answer.json)['maHoSoMCDT']);
}

async function row(simCase: SimCase, code: string): Promise<Fields> {
  const module = simCase.kind === 'birth' ? 'LTKS' : 'LTKT';
  const answer = await province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: [code], maTinh: '99', module });
  return fieldsOf((fieldsOf(answer.json)['value'] as unknown[])[0]);
}

async function registryState(simCase: SimCase, code: string, state: number): Promise<Fields> {
  await until(async () => (await row(simCase, code))['trangThai'] === state, WAIT_MS, `registry state ${state}`);
  return row(simCase, code);
}

async function decided(decision: string, code: string): Promise<void> {
  await until(() => line('onestop', 'decision', code).order.includes(decision), WAIT_MS, decision);
}

describe.each(['birth', 'death'] as const)('the happy journey of a %s', (kind) => {
  it('goes from the list to the returned result with one effect of each kind', async () => {
    const [simCase] = file(kind) as [SimCase];
    const [listed] = await province.list();
    expect((await province.detail(listed?.['id'])).status).toBe(200);
    const code = await received(simCase);
    expect((await province.acknowledge(simCase.code)).json).toMatchObject({
      status: 200,
      title: 'Cập nhật thành công',
    });
    expect(await province.list()).toEqual([]);
    await province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(code, 1)] });
    await province.status(statusPush(simCase, code, 1));
    await decided('accept', code);
    await province.status(statusPush(simCase, code, 3));
    expect((await province.hotich('nhanHoSoDKHT', registryPush(simCase, code))).json).toMatchObject({ status: '1' });
    await province.status(statusPush(simCase, code, 7));
    await province.onestop('POST', 'capNhatTrangThai', foreignUpdate(simCase, code, 4));
    const completed = await registryState(simCase, code, 4);
    const paper = kind === 'birth' ? 'giayKhaiSinh' : 'giayKhaiTu';
    expect(String(fieldsOf(completed['ketQuaXuLy'])[paper])).toMatch(/^JVBERi/);
    expect((await province.status(statusPush(simCase, code, 4))).json).toMatchObject({ status: 200 });
    expect((await province.onestop('POST', 'capNhatTrangThai', foreignUpdate(simCase, code, 9))).json).toMatchObject({
      status: '1',
    });
    await decided('hand-over', code);
    await province.status(statusPush(simCase, code, 5));
    await province.portal('DongBoHoSoMC', { isUpdating: 'True', data: [portalItem(code, 10)] });

    expect(line('dvclt', 'acknowledged', simCase.code).count).toBe(1);
    expect(line('dvclt', 'status', simCase.code).order).toEqual([1, 3, 7, 4, 5]);
    expect(line('hotich', 'registration', code).count).toBe(1);
    expect(line('hotich', 'status', code).order).toEqual([1, 3, 4]);
    expect(line('dvcqg', 'dossier', code).count).toBe(1);
    expect(line('dvcqg', 'status', code).order).toEqual([1, 10]);
    expect(line('onestop', 'dossier', code).count).toBe(1);
    expect(line('onestop', 'status', code).order).toEqual([1, 2, 4, 9, 10]);
    expect(gateway.received.map(({ path }) => path)).toEqual(
      Array(2).fill(`/api/v1/dossiers/${simCase.code}/decisions`),
    );
    expect(gateway.received[0]?.body).toMatchObject({
      decision: 'accept',
      oneStopCode: code,
      officer: { name: expect.any(String) },
    });
  });
});

describe('supplement and refusal', () => {
  it('has the one-stop or hộ tịch ask, lists the changed dossier again and goes on with it', async () => {
    const [byCounter, byRegistry] = file('birth', 'supplement', 2) as [SimCase, SimCase];
    const [first, second] = [await received(byCounter), await received(byRegistry)];
    await decided('request-supplement', first);
    await decided('accept', second);
    await province.acknowledge(byCounter.code);
    await province.status(statusPush(byCounter, first, 1));
    await province.status(statusPush(byCounter, first, 2));
    await until(
      async () => (await province.list()).some((item) => item['maHoSo'] === byCounter.code),
      WAIT_MS,
      'the supplement',
    );
    expect((await province.status(statusPush(byCounter, first, 3))).json).toMatchObject({ status: 400 });
    await province.acknowledge(byCounter.code);
    expect((await province.status(statusPush(byCounter, first, 3))).json).toMatchObject({ status: 200 });
    expect(await received(byCounter)).toBe(first);
    await decided('accept', first);
    expect(line('onestop', 'status', first).order).toEqual([1, 5, 1, 2]);

    const original = registryPush(byRegistry, second);
    await province.hotich('nhanHoSoDKHT', original);
    expect(await registryState(byRegistry, second, 2)).toMatchObject({
      hanBoSungHoSo: expect.stringMatching(/^\d\d\/\d\d\/\d{4}$/),
    });
    expect((await province.hotich('nhanHoSoDKHT', original)).json).toMatchObject({
      errorDescription: 'Hồ sơ đã được tiếp nhận',
    });
    await province.hotich('nhanHoSoDKHT', registryPush(byRegistry, second, { nycSoDienThoai: '0998000001' }));
    await registryState(byRegistry, second, 4);
    expect(line('hotich', 'status', second).order).toEqual([1, 3, 2, 1, 3, 4]);
    expect(line('hotich', 'registration', second).count).toBe(1);
  });

  it('has the one-stop or hộ tịch refuse', async () => {
    const [byCounter, byRegistry] = file('death', 'refusal', 2) as [SimCase, SimCase];
    const [first, second] = [await received(byCounter), await received(byRegistry)];
    await decided('refuse', first);
    await province.hotich('nhanHoSoDKHT', registryPush(byRegistry, second));
    await registryState(byRegistry, second, 6);
    expect(line('hotich', 'registration', second).count).toBe(0);
  });
});

describe('repeats', () => {
  it('leave one dossier, one registration and one row of progress', async () => {
    const [simCase] = file('birth') as [SimCase];
    const codes = [await received(simCase), await received(simCase)];
    const code = String(codes[0]);
    expect(new Set(codes).size).toBe(1);
    const push = registryPush(simCase, code);
    await province.hotich('nhanHoSoDKHT', push);
    await registryState(simCase, code, 4);
    expect((await province.hotich('nhanHoSoDKHT', push)).json).toEqual({
      status: '0',
      statusDescription: '',
      errorCode: '',
      errorDescription: 'Hồ sơ đã được tiếp nhận',
    });
    const create = { isUpdating: 'False', data: [portalItem(code, 1)] };
    expect((await province.portal('DongBoHoSoMC', create)).json).toMatchObject({
      error_code: 0,
      message: 'Đồng bộ hồ sơ thành công',
    });
    expect((await province.portal('DongBoHoSoMC', create)).json).toMatchObject({
      error_code: -3,
      message: 'Mã hồ sơ đã tồn tại',
    });
    const progress = { data: [progressRow(code, 2)] };
    await province.portal('CapNhatTienDoHoSoMC', progress);
    await province.portal('CapNhatTienDoHoSoMC', progress);
    expect([line('onestop', 'dossier', code).count, line('hotich', 'registration', code).count]).toEqual([1, 1]);
    expect([line('dvcqg', 'dossier', code).count, line('dvcqg', 'progress', code).count]).toEqual([1, 1]);
  });

  it('shows a second registration of one DVCLT dossier under another one-stop code', async () => {
    const [simCase] = file('birth') as [SimCase];
    for (const code of ['H99.001-261102-9001', 'H99.001-261102-9002']) {
      await province.hotich('nhanHoSoDKHT', registryPush(simCase, code));
      await registryState(simCase, code, 4);
    }
    expect(line('hotich', 'duplicate-registration', simCase.code).count).toBe(1);
  });
});

describe('decisions towards the gateway', () => {
  it('are offered again with the same key until the gateway allows them', async () => {
    await simulators.stop();
    await gateway.stop();
    gateway = new GatewayDouble([
      { status: 404, code: 'dossier-unknown' },
      { status: 409, code: 'decision-not-allowed' },
      { status: 503, code: '' },
    ]);
    simulators = await startSimulators({ pace: { minMs: 5, maxMs: 20 }, seed: 11 });
    province = new Province(simulators);
    await province.logIn();
    const code = await received((file('birth') as [SimCase])[0]);
    await province.ask('POST', '/_sim/gateway', { body: await gateway.start() });
    await decided('accept', code);
    expect(gateway.received.length).toBe(4);
    expect(new Set(gateway.received.map(({ key }) => key)).size).toBe(1);
    expect(line('onestop', 'decision', code).count).toBe(1);
  });

  it('are given up where the gateway calls them wrong', async () => {
    await simulators.stop();
    await gateway.stop();
    gateway = new GatewayDouble([{ status: 409, code: 'idempotency-conflict' }]);
    simulators = await startSimulators({ pace: { minMs: 5, maxMs: 20 }, seed: 11, gateway: await gateway.start() });
    province = new Province(simulators);
    await province.logIn();
    const code = await received((file('birth') as [SimCase])[0]);
    await until(() => line('onestop', 'decision-failed', code).count === 1, WAIT_MS, 'the decision given up');
    expect(line('onestop', 'decision-failed', code).order).toEqual(['accept: 409 idempotency-conflict']);
  });
});
