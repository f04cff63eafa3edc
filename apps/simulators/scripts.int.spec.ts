import { until } from '#testing';
import { readScript } from './cases/case-script';
import type { CaseKind, SimCase } from './cases/sim-case';
import { fieldsOf, type Fields } from './server/fields';
import { startSimulators, type Simulators } from './start-simulators';
import { GatewayDouble } from './testing/gateway-double';
import { reception, registryPush, statusPush } from './testing/messages';
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

function file(script: object, kind: CaseKind = 'birth'): SimCase {
  const [simCase] = simulators.order({ kind, count: 1, scenario: 'happy-path', seed: 5, script: readScript(script) });
  return simCase;
}

function order(system: string, kind: string, code: string): readonly unknown[] {
  return simulators.ledger.list({ system, kind, code })[0]?.order ?? [];
}

async function received(simCase: SimCase): Promise<string> {
  return String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
}

async function row(simCase: SimCase, code: string): Promise<Fields> {
  const module = simCase.kind === 'birth' ? 'LTKS' : 'LTKT';
  const answer = await province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: [code], maTinh: '99', module });
  return fieldsOf((fieldsOf(answer.json)['value'] as unknown[])[0]);
}

function act(code: string, step: string): Promise<{ status: number }> {
  return province.ask('POST', `/_sim/cases/${encodeURIComponent(code)}/registrar`, { body: { act: step } });
}

describe('the officer of the counter', () => {
  it('asks for a fee, takes the dossier when it is paid, and is told that the citizen withdraws', async () => {
    const simCase = file({ oneStop: ['require-fee', 'accept', 'withdraw'] });
    const code = await received(simCase);
    await until(() => order('onestop', 'status', code).includes(7), WAIT_MS, 'the withdrawal');
    expect(order('onestop', 'status', code)).toEqual([1, 6, 2, 7]);
    await until(() => gateway.received.length === 3, WAIT_MS, 'three decisions');
    expect(gateway.received.map((one) => one.decision).sort()).toEqual(['accept', 'require-fee', 'withdraw']);
  });

  it('holds still until somebody decides by hand, with a deadline of his own', async () => {
    const simCase = file({ oneStop: ['hold', 'hold'] });
    const code = await received(simCase);
    await until(() => simCase.script.oneStop.length === 1, WAIT_MS, 'the officer to look at it');
    expect(order('onestop', 'status', code)).toEqual([1]);
    const body = { decision: 'request-supplement', deadline: '2026-11-20T17:00:00+07:00' };
    await province.ask('POST', `/_sim/cases/${simCase.code}/decisions`, { body });
    await until(() => gateway.received.length === 1, WAIT_MS, 'the decision');
    expect(gateway.received[0]?.body).toMatchObject({
      decision: 'request-supplement',
      supplementDeadline: '2026-11-20',
    });
  });
});

describe('a decision by hand', () => {
  it('takes the place of what the officer has not looked at yet', async () => {
    await simulators.stop();
    simulators = await startSimulators({ pace: { minMs: 60_000, maxMs: 60_000 }, seed: 11 });
    province = new Province(simulators);
    await province.logIn();
    const simCase = file({ oneStop: ['refuse', 'accept'] });
    const code = await received(simCase);
    const body = { decision: 'request-supplement' };
    await province.ask('POST', `/_sim/cases/${simCase.code}/decisions`, { body });
    expect(simCase.script.oneStop).toEqual(['accept']);
    expect(order('onestop', 'status', code)).toEqual([1, 5]);
  });
});

describe('the officer of hộ tịch', () => {
  it('completes without a file and shows it later, registering once', async () => {
    const simCase = file({ registry: ['waiting', 'processing', 'completed-without-file', 'hold'] });
    const code = await received(simCase);
    await province.hotich('nhanHoSoDKHT', registryPush(simCase, code));
    await until(async () => (await row(simCase, code))['trangThai'] === 4, WAIT_MS, 'the registration');
    expect(fieldsOf((await row(simCase, code))['ketQuaXuLy'])['giayKhaiSinh']).toBe('');
    expect(await act(simCase.code, 'file-later')).toMatchObject({ status: 204 });
    expect(String(fieldsOf((await row(simCase, code))['ketQuaXuLy'])['giayKhaiSinh'])).toMatch(/^JVBERi/);
    expect(order('hotich', 'status', code)).toEqual([1, 1, 3, 4, 4]);
    expect(simulators.ledger.list({ system: 'hotich', kind: 'registration', code })[0]?.count).toBe(1);
  });

  it('asks, asks again, and waits for the changed push before it goes on', async () => {
    const simCase = file({ registry: ['supplement', 'supplement-again', 'processing', 'refused'] });
    const code = await received(simCase);
    await province.hotich('nhanHoSoDKHT', registryPush(simCase, code));
    await until(() => order('hotich', 'status', code).length === 3, WAIT_MS, 'the second request');
    await province.hotich('nhanHoSoDKHT', registryPush(simCase, code, { nycSoDienThoai: '0998000001' }));
    await until(() => order('hotich', 'status', code).includes(6), WAIT_MS, 'the refusal');
    expect(order('hotich', 'status', code)).toEqual([1, 2, 2, 1, 3, 6]);
  });

  it('acts by hand in place of its next step, and waits for the next push', async () => {
    const simCase = file({ registry: ['hold'] });
    const code = await received(simCase);
    expect(await act(simCase.code, 'refused')).toMatchObject({ status: 404 });
    await province.hotich('nhanHoSoDKHT', registryPush(simCase, code));
    expect(await act(simCase.code, 'stamped')).toMatchObject({ status: 400 });
    await act(simCase.code, 'refused');
    expect(order('hotich', 'status', code)).toEqual([1, 6]);
  });
});

describe('the citizen', () => {
  it('answers the first request with the old dossier and the second with a changed one', async () => {
    const simCase = file({ oneStop: ['hold'], citizen: ['same', 'supplement'] });
    const code = await received(simCase);
    const before = simCase.content['nycSoDienThoai'];
    await province.acknowledge(simCase.code);
    await province.status(statusPush(simCase, code, 1));
    await province.status(statusPush(simCase, code, 2));
    await until(async () => (await province.list()).length === 1, WAIT_MS, 'the old listing');
    expect(simCase.content['nycSoDienThoai']).toBe(before);
    await province.ask('POST', `/_sim/cases/${simCase.code}/supplement`, {});
    await province.acknowledge(simCase.code);
    expect((await province.status(statusPush(simCase, code, 2))).json).toMatchObject({ status: 200 });
    await until(async () => (await province.list()).length === 1, WAIT_MS, 'the changed listing');
    expect(simCase.content['nycSoDienThoai']).not.toBe(before);
  });
});

describe('an order', () => {
  it('fixes procedure, unit, day of receipt and leaves', async () => {
    const body = {
      kind: 'death',
      procedureCode: '1.007073',
      unit: '99004',
      receivedAt: '31/08/2026 09:00:00',
      content: { nktHoTen: 'Tạ Thị Mẫu' },
    };
    const { json } = await province.ask('POST', '/_sim/cases', { body });
    const [code] = fieldsOf(json)['codes'] as string[];
    const shown = await province.ask('GET', `/_sim/cases/${code}`);
    const { content, ...facts } = fieldsOf(shown.json);
    expect(facts).toMatchObject({ procedureCode: '1.007073', unit: '99004', receivedAt: '31/08/2026 09:00:00' });
    expect(content).toMatchObject({ nktHoTen: 'Tạ Thị Mẫu', noiDangKy: '99004' });
  });

  it.each([
    [{ script: { registry: ['dance'] } }, /script\.registry/],
    [{ script: { oneStop: 'accept' } }, /script\.oneStop/],
    [{ unit: '7' }, /unit/],
    [{ receivedAt: '2026-08-31' }, /receivedAt/],
    [{ content: { nktHoTen: 1 } }, /content/],
  ])('that is wrong in %j is refused by name', async (wrong, title) => {
    const answer = await province.ask('POST', '/_sim/cases', { body: { kind: 'birth', ...wrong } });
    expect([answer.status, String(fieldsOf(answer.json)['title'])]).toEqual([400, expect.stringMatching(title)]);
  });
});
