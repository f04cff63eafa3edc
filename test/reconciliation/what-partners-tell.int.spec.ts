import { join } from 'node:path';
import { createPartners, type Partners } from '#partners';
import { silentLog, systemClock } from '#platform';
import type { AskedDossier, Found, PartnerRow, Window } from '#reconciliation';
import { until } from '#testing';
import { readScript } from '../../apps/simulators/cases/case-script';
import type { SimCase } from '../../apps/simulators/cases/sim-case';
import { fieldsOf } from '../../apps/simulators/server/fields';
import { startSimulators, type Simulators } from '../../apps/simulators/start-simulators';
import { portalItem, reception, registryPush } from '../../apps/simulators/testing/messages';
import { Province } from '../../apps/simulators/testing/province';

const WAIT_MS = 10_000;
const STRANGER: AskedDossier = {
  dossierId: '01950000-0000-7000-8000-000000000099',
  module: 'KS',
  codes: { dvclt: 'G22.99.08-261101-9999', oneStop: 'H99.001-261101-9999' },
};
const signal = (): AbortSignal => AbortSignal.timeout(WAIT_MS);

let simulators: Simulators;
let province: Province;
let partners: Partners;
/** What the outside systems have done; asking changes none of it. */
let effectsBefore: unknown;

const effects = () =>
  simulators.ledger.list({ system: null, kind: null }).map(({ kind, code, count }) => [kind, code, count]);

beforeEach(async () => {
  simulators = await startSimulators({ pace: { minMs: 1, maxMs: 2 }, seed: 23, decisions: 'poll' });
  province = new Province(simulators);
  await province.logIn();
  const env = Object.entries(simulators.credentials).flatMap(([id, { username, password }]) => [
    [`PARTNER_${id.toUpperCase()}_URL`, `${simulators.url}/${id}`],
    [`PARTNER_${id.toUpperCase()}_USERNAME`, username],
    [`PARTNER_${id.toUpperCase()}_PASSWORD`, password],
  ]);
  partners = createPartners({
    configDir: join(__dirname, '../../config'),
    env: Object.fromEntries(env) as Record<string, string>,
    log: silentLog,
    clock: systemClock,
    budget: () => {
      throw new Error('the shipped partners set no limits');
    },
  });
});

afterEach(async () => {
  expect(effects()).toEqual(effectsBefore);
  partners.close();
  await simulators.stop();
});

function file(kind: 'birth' | 'death', count: number, registry: string): readonly SimCase[] {
  const script = readScript({ oneStop: ['hold'], registry: [registry] });
  return simulators.order({ kind, count, scenario: 'happy-path', seed: 6, script });
}

/** Hands cases over to the one-stop, some at a time. */
async function handOver(cases: readonly SimCase[]): Promise<AskedDossier[]> {
  const asked: AskedDossier[] = [];
  for (let at = 0; at < cases.length; at += 25) {
    const some = cases.slice(at, at + 25).map(async (simCase) => {
      const oneStop = String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
      const { code: dvclt, module } = simCase;
      return { dossierId: dvclt, module, codes: { dvclt, oneStop } };
    });
    asked.push(...(await Promise.all(some)));
  }
  return asked;
}

async function plant(...rules: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  expect((await province.fault(...rules)).status).toBeLessThan(300);
}

const callsOf = async (operation: string): Promise<number> => {
  const calls = (await province.ask('GET', '/_sim/calls')).json as { operation: string }[];
  return calls.filter((call) => call.operation === operation).length;
};

const short = (found: readonly Found[]) =>
  found.map((one) => (one.kind === 'rows' ? one.rows.map(({ status }) => status) : one.kind));
const dvcltCodes = (rows: readonly PartnerRow[]) => rows.map(({ codes }) => codes.dvclt ?? '').sort();

function lastHour(): Window {
  const now = Date.now();
  return { from: new Date(now - 3_600_000), to: new Date(now + 5_000) };
}

describe('what a reconciliation hears from each outside system', () => {
  it('the one-stop: every dossier on two pages, and each by either code, in any spelling of its dates [Q09]', async () => {
    const asked = await handOver(file('birth', 203, 'hold'));
    effectsBefore = effects();
    const { listing, lookUp } = partners.reconciled.onestop;
    const first = await listing!.page(lastHour(), 1, signal());
    const second = await listing!.page(lastHour(), first.next!, signal());
    expect([first.rows.length, first.next, second.rows.length, second.next]).toEqual([200, 2, 3, null]);
    expect(first.unreadable + second.unreadable).toBe(0);
    const rows = [...first.rows, ...second.rows];
    expect(dvcltCodes(rows)).toEqual(asked.map(({ codes }) => codes.dvclt).sort());
    expect(rows.every(({ status, changedAt }) => status === 1 && changedAt instanceof Date)).toBe(true);
    const hourBefore = { from: new Date(Date.now() - 7_200_000), to: lastHour().from };
    expect(await listing!.page(hourBefore, 1, signal())).toMatchObject({ rows: [], next: null });

    await plant({ system: 'onestop', operation: 'traCuuHoSo', switch: 'dateVariant', rate: 1 });
    const byDvclt = { ...asked[1], codes: { dvclt: asked[1].codes.dvclt } };
    const { found } = await lookUp!.ask([STRANGER, asked[0], byDvclt], signal());
    expect(short(found)).toEqual(['absent', [1], [1]]);
  });

  it('hộ tịch: states and results by module, when it takes fewer codes and when it marks unknown ones [Q16 Q18 Q19]', async () => {
    const cases = [
      ...file('birth', 1, 'completed'),
      ...file('death', 1, 'completed'),
      ...file('birth', 1, 'completed-without-file'),
    ];
    const asked = await handOver(cases);
    for (const [at, simCase] of cases.entries())
      await province.hotich('nhanHoSoDKHT', registryPush(simCase, asked[at].codes.oneStop!));
    const { lookUp } = partners.reconciled.hotich;
    const ask = async (dossiers: readonly AskedDossier[]) => (await lookUp!.ask(dossiers, signal())).found;
    await until(
      async () => short(await ask(asked)).every((one) => String(one) === '4'),
      WAIT_MS,
      'three registrations',
    );
    effectsBefore = effects();
    expect((await ask(asked)).map((one) => one.kind === 'rows' && one.rows[0].hasResult)).toEqual([true, true, false]);

    await plant(
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'batchLimit', value: 1, rate: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'unknownRow', value: 'garbage', rate: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'codeAsString', rate: 1 },
    );
    const before = await callsOf('layKetQuaDKHT');
    expect(short(await ask([asked[2], STRANGER, asked[0]]))).toEqual([[4], 'absent', [4]]);
    // Three together, two of them, each alone.
    expect((await callsOf('layKetQuaDKHT')) - before).toBe(5);
  });

  it('the portal: the state of each dossier that it has, also when its session has died [Q03]', async () => {
    const [there, notThere] = await handOver(file('birth', 2, 'hold'));
    await province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(there.codes.oneStop!, 2)] });
    effectsBefore = effects();
    const { lookUp } = partners.reconciled.dvcqg;
    const ask = async (dossier: AskedDossier) => short((await lookUp!.ask([dossier], signal())).found)[0];
    expect([await ask(there), await ask(notThere)]).toEqual([[2], 'absent']);
    await plant({ system: 'dvcqg', operation: 'TraCuuHoSo', switch: 'tokenDeadIn200', nth: 1 });
    const before = await callsOf('TraCuuHoSo');
    expect([await ask(there), await ask(STRANGER)]).toEqual([[2], 'absent']);
    expect((await callsOf('TraCuuHoSo')) - before).toBe(3);
  });

  it('DVCLT: the dossiers that it holds for not acknowledged', async () => {
    const cases = file('death', 3, 'hold');
    await province.acknowledge(cases[1].code);
    effectsBefore = effects();
    const { rows, unreadable, next } = await partners.reconciled.dvclt.listing!.page(lastHour(), 1, signal());
    expect(dvcltCodes(rows)).toEqual([cases[0].code, cases[2].code].sort());
    expect([unreadable, next]).toEqual([0, null]);
  });
});
