import { until } from '#testing';
import type { CaseOrder } from './cases/case-generator';
import { SCENARIOS, scenarioFaults, type Scenario } from './cases/scenarios';
import type { SimCase } from './cases/sim-case';
import { fieldsOf, type Fields } from './server/fields';
import { reception, registryPush, statusPush } from './testing/messages';
import { Stage } from './testing/stage';

const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const order = (scenario: Scenario, count = 4, more: Partial<CaseOrder> = {}): readonly SimCase[] =>
  stage.simulators.order({ kind: 'birth', count, scenario, seed: 5, ...more });
const register = (simCase: SimCase, code: string) =>
  stage.province.hotich('nhanHoSoDKHT', registryPush(simCase, code)).then(({ json }) => fieldsOf(json));
const rules = async () => (await stage.province.ask('GET', '/_sim/faults')).json as Fields[];

/** quirks.md §3: the switches of each pack; those without any live in the content or in the officers' scripts. */
const SWITCHES_OF: Readonly<Record<Scenario, readonly string[]>> = {
  'happy-path': [],
  'lost-ack': ['ackLost'],
  'duplicate-list': ['ackLost', 'relistSame'],
  supplement: [],
  refusal: [],
  'status-out-of-order': ['orderStrict', 'terminalConflict', 'textVariant'],
  'repeat-push': ['repeatIsError'],
  'no-file': ['fileLateAfter'],
  'token-death': ['expiresVariant', 'tokenDeadIn200', 'tokenEarlyDeath'],
  noise: ['errorInOkBody', 'noise'],
  'hidden-commit': ['hiddenCommit'],
  'two-level-reform': ['catalogueDrift', 'emptyArea'],
  'large-files': ['maxBytes'],
  'catalogue-mismatch': ['gluedErrors'],
  'slow-drip': ['slowMs'],
  quota: ['clientStorm', 'quota'],
  'poison-first': [],
  twins: [],
};

describe('the scenario packs', () => {
  it.each(SCENARIOS)('%s switches on what the reference names for it, for its own dossiers only', async (scenario) => {
    const cases = order(scenario, 12);
    const active = await rules();
    expect([...new Set(active.map((rule) => rule['switch']))].sort()).toEqual(SWITCHES_OF[scenario]);
    const wide = active.filter((rule) => rule['code'] === undefined).map((rule) => rule['operation']);
    expect(wide).toEqual(scenario === 'token-death' ? ['token', 'token'] : []);
    const own = new Set<unknown>(cases.map((one) => one.code));
    expect(active.every((rule) => rule['code'] === undefined || own.has(rule['code']))).toBe(true);
  });

  it('two-level-reform mixes both times, empty areas and a commune that hộ tịch no longer knows [Q28 Q37 Q45]', async () => {
    const cases = order('two-level-reform');
    const old = cases.map((one) => [one.unit === '00123' && one.receivedAt.endsWith('2025 09:00:00')]);
    expect([old[1], old[3]]).toEqual([[true], [true]]);
    expect(cases[0].receivedAt.includes('2025')).toBe(false);
    expect((await stage.detail(cases[2].code)).xml).toContain('<nksNoiSinhDVHC></nksNoiSinhDVHC>');
    expect((await register(cases[3], CODE))['errorCode']).toBe('106');
    expect((await register(cases[3], CODE))['status']).toBe('1');
  });

  it('catalogue-mismatch is refused for each wrong code, in every second case glued [Q24 Q37]', async () => {
    const [plain, glued] = order('catalogue-mismatch', 2);
    expect(String((await register(plain, CODE))['errorDescription'])).toMatch(
      /nksDanToc không tồn tại.*; nksQuocTich không tồn tại/s,
    );
    expect(String((await register(glued, CODE))['errors'])).toMatch(/thuậtnnksQuocTich không tồn tại/);
  });

  it('no-file shows the paper, the result or the number only after three completed rows [Q19]', async () => {
    const seen: boolean[][] = [];
    for (const simCase of order('no-file', 3)) {
      const received = await stage.province.receive(reception(simCase));
      const code = String(fieldsOf(received.json)['maHoSoMCDT']);
      await register(simCase, code);
      const rows: Fields[] = [];
      await until(
        async () => {
          const [row] = await stage.poll(code);
          if (row?.['trangThai'] === 4) rows.push(row);
          return rows.length === 4;
        },
        5_000,
        'four completed rows',
      );
      const results = rows.map((row) => fieldsOf(row['ketQuaXuLy']));
      seen.push(results.map((result) => Boolean(result['giayKhaiSinh']) && Boolean(result['soDinhDanh'])));
    }
    expect(seen).toEqual(Array(3).fill([false, false, false, true]));
  });

  it('poison-first heads the list and twins share their mother', async () => {
    const [poison] = order('poison-first', 2);
    expect((await stage.province.list())[0]).toMatchObject({ maHoSo: poison.code, maTTHC: '9.999999' });
    const [first, second] = order('twins', 2);
    const mother = (one: SimCase) => one.content['meSoGiayToTuyThan'];
    expect([mother(second), second.content['maGCS'] === first.content['maGCS']]).toEqual([mother(first), false]);
  });

  it('quota refuses each write twice for its dossier and then takes it [Q32]', async () => {
    const [simCase] = order('quota', 1);
    const statuses = [];
    for (let round = 0; round < 3; round += 1) {
      const answers = [
        await stage.province.status(statusPush(simCase, CODE, 1)),
        await stage.province.receive(reception(simCase)),
        await stage.province.acknowledge(simCase.code),
      ];
      statuses.push(answers.map((answer) => answer.status));
    }
    expect(statuses).toEqual([
      [429, 429, 429],
      [429, 429, 429],
      [200, 200, 200],
    ]);
  });

  it('large-files refuses the push of every tenth dossier by its size, once [Q21]', () => {
    const limits = Array.from({ length: 20 }, (_, index) => scenarioFaults('large-files', index, '99001').length);
    expect(limits.map((count, index) => (count > 0 ? index : -1)).filter((index) => index >= 0)).toEqual([9, 19]);
  });
});
