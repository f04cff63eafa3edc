import { until } from '#testing';
import { readScript } from './cases/case-script';
import type { SimCase } from './cases/sim-case';
import { fieldsOf, type Fields } from './server/fields';
import { startSimulators, type Simulators } from './start-simulators';
import { GatewayDouble } from './testing/gateway-double';
import { portalItem, reception, registryPush } from './testing/messages';
import { Province } from './testing/province';

const WAIT_MS = 5_000;
const STRANGER = 'G22.99.08-261101-9001';
let simulators: Simulators;
let province: Province;
let gateway: GatewayDouble;

beforeEach(async () => {
  gateway = new GatewayDouble();
  // Slow officers: what is lost is lost before they are done with it.
  simulators = await startSimulators({
    pace: { minMs: 1_000, maxMs: 1_000 },
    seed: 17,
    gateway: await gateway.start(),
  });
  province = new Province(simulators);
  await province.logIn();
});

afterEach(async () => {
  await simulators.stop();
  await gateway.stop();
});

function file(count: number): readonly SimCase[] {
  const script = readScript({ oneStop: ['hold'], registry: ['hold'] });
  return simulators.order({ kind: 'birth', count, scenario: 'happy-path', seed: 6, script });
}

async function received(simCase: SimCase): Promise<string> {
  return String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
}

function sim(path: string, body?: object): Promise<{ status: number; json: unknown }> {
  return province.ask('POST', `/_sim${path}`, body === undefined ? {} : { body });
}

const forget = async (system: string, code: string): Promise<number> =>
  (await sim(`/forget?system=${system}&code=${encodeURIComponent(code)}`)).status;

async function lookUp(question: Fields): Promise<Fields[]> {
  const answer = await province.onestop('POST', 'traCuuHoSo', question);
  return (fieldsOf(answer.json)['duLieu'] as unknown[]).map(fieldsOf);
}

function effects(): unknown[] {
  return simulators.ledger.list({ system: null, kind: null }).map(({ kind, code, count }) => [kind, code, count]);
}

describe('books that differ from the gateway', () => {
  it('lose one dossier at the one-stop, by either code, and keep the others and the ledger', async () => {
    const codes = await Promise.all(file(3).map(async (one) => [one.code, await received(one)]));
    const before = effects();
    expect(await forget('onestop', codes[0][0])).toBe(204);
    expect(await forget('onestop', codes[1][1])).toBe(204);
    expect((await lookUp({ maHoSo: codes.map(([dvclt]) => dvclt) })).map((row) => row['maHoSoLT'])).toEqual([
      codes[2][0],
    ]);
    expect(effects()).toEqual(before);
    expect(await forget('onestop', codes[0][0])).toBe(404);
  });

  it('lose one registration at hộ tịch, with which its officer does not go on', async () => {
    const [kept, lost] = simulators.order({ kind: 'birth', count: 2, scenario: 'happy-path', seed: 7 });
    const codes = ['H99.123-261101-0001', 'H99.123-261101-0002'];
    await province.hotich('nhanHoSoDKHT', registryPush(lost, codes[1]));
    expect(await forget('hotich', codes[1])).toBe(204);
    await province.hotich('nhanHoSoDKHT', registryPush(kept, codes[0]));
    const registered = (code: string): number =>
      simulators.ledger.list({ system: 'hotich', kind: 'registration', code }).length;
    await until(() => registered(codes[0]) === 1, WAIT_MS, 'the registration of the other');
    expect(registered(codes[1])).toBe(0);
    const answer = await province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: codes, maTinh: '99', module: 'LTKS' });
    expect((fieldsOf(answer.json)['value'] as unknown[]).map((row) => fieldsOf(row)['maHoSoMCDT'])).toEqual([codes[0]]);
  });

  it('lose one dossier at the portal', async () => {
    const codes = ['H99.123-261101-0001', 'H99.123-261101-0002'];
    for (const code of codes)
      await province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(code, 1)] });
    expect(await forget('dvcqg', codes[0])).toBe(204);
    const found = await Promise.all(codes.map((mahoso) => province.portal('TraCuuHoSo', { mahoso })));
    expect(found.map(({ json }) => (fieldsOf(json)['result'] as unknown[]).length)).toEqual([0, 1]);
  });

  it('can lose everything only at the portal, and nothing at DVCLT', async () => {
    expect((await sim('/forget?system=onestop')).status).toBe(400);
    expect((await sim('/forget?system=hotich')).status).toBe(400);
    expect(await forget('dvclt', STRANGER)).toBe(400);
  });

  it('go on at the one-stop by a decision of which the gateway never hears', async () => {
    const [simCase] = file(1);
    const code = await received(simCase);
    const decide = (body: object): Promise<{ status: number }> => sim(`/cases/${simCase.code}/decisions`, body);
    expect((await decide({ decision: 'accept', isUntold: true })).status).toBe(204);
    expect(await lookUp({ maHoSo: [code] })).toMatchObject([{ trangThai: 2 }]);
    await decide({ decision: 'withdraw' });
    await until(() => gateway.received.length > 0, WAIT_MS, 'the decision that is told');
    expect(gateway.received.map((one) => one.decision)).toEqual(['withdraw']);
    const feed = fieldsOf((await province.onestop('GET', 'suKien?sauViTri=0&soLuong=10')).json);
    expect((feed['duLieu'] as unknown[]).map((row) => fieldsOf(row)['suKien'])).toEqual(['RUT']);
  });

  it('hold a dossier at the one-stop that no call brought', async () => {
    const admitted = await sim('/strangers', { code: STRANGER, state: 2 });
    expect(admitted.status).toBe(201);
    const code = fieldsOf(admitted.json)['oneStopCode'];
    const row = { maHoSoLT: STRANGER, maHoSoMCDT: code, trangThai: 2 };
    expect(await lookUp({ maHoSo: [STRANGER] })).toMatchObject([row]);
    expect(await lookUp({ tuNgay: '01/01/2026', denNgay: '31/12/2099', trang: 1, soLuong: 200 })).toMatchObject([row]);
    expect(effects()).toEqual([]);
    expect((await sim('/strangers', { code: STRANGER })).status).toBe(409);
    expect((await sim('/strangers', { code: 'no code' })).status).toBe(400);
    expect((await sim('/strangers', { code: 'G22.99.08-261101-9002', state: 11 })).status).toBe(400);
  });
});
