import type { Branch, Ending } from './branch';
import type { FiledCase } from './filed-case';

const FINISHED: Ending = {
  state: 'finished',
  statuses: { oneStop: 10, dvclt: 5, registry: 4, portal: 10 },
  dvclt: [1, 3, 7, 4, 5],
  progress: [1, 2, 4, 9, 10],
  pushes: 1,
  registrations: 1,
};

/** Nobody has been told of a registration yet, however often it was asked for. */
async function expectUntold(one: FiledCase): Promise<void> {
  await one.untilConfirmed('registry', 4);
  const before = await one.calls('hotich', 'layKetQuaDKHT');
  await one.until(async () => (await one.calls('hotich', 'layKetQuaDKHT')) > before + 1, 'two further polls');
  expect(await one.dossier()).toMatchObject({ state: 'with-registry', attention: false, statuses: { dvclt: 7 } });
}

/** Results that come late, and people who come twice. */
export const RESULT_BRANCHES: readonly Branch[] = [
  {
    name: 'waits for the file when hộ tịch completes without one [Q19]',
    order: { kind: 'death', script: { registry: ['processing', 'completed-without-file', 'hold'] } },
    async play(one) {
      await expectUntold(one);
      await one.act('file-later');
    },
    ends: FINISHED,
  },
  {
    name: 'waits for the result when hộ tịch completes without any [Q19]',
    order: { kind: 'birth', script: { registry: ['completed-without-result', 'hold'] } },
    async play(one) {
      await expectUntold(one);
      await one.act('file-later');
    },
    ends: FINISHED,
  },
  {
    name: 'waits for the personal number of a child [Q19]',
    order: { kind: 'birth', script: { registry: ['processing', 'completed-without-number', 'hold'] } },
    async play(one) {
      await expectUntold(one);
      await one.act('number-later');
    },
    ends: FINISHED,
  },
  {
    name: 'tells a person when what hộ tịch has registered without a file is withdrawn [Q19]',
    order: { kind: 'birth', script: { registry: ['completed-without-file', 'hold'] } },
    async play(one) {
      await one.untilConfirmed('registry', 4);
      await one.untilConfirmed('dvclt', 7);
      await one.untilConfirmed('oneStop', 4);
      await one.decide('withdraw');
    },
    ends: {
      ...FINISHED,
      state: 'withdrawn',
      attention: true,
      discrepancies: ['registered-before-end'],
      statuses: { oneStop: 7, dvclt: 7, registry: 4, portal: 7 },
      dvclt: [1, 3, 7],
      progress: [1, 2, 4, 7],
    },
  },
  {
    name: 'takes twins for two dossiers: two birth papers, one mother, two registrations',
    order: { kind: 'birth', scenario: 'twins' },
    count: 2,
    ends: FINISHED,
    async check(cases) {
      const facts = await Promise.all(cases.map((one) => one.facts()));
      const dossiers = await Promise.all(cases.map((one) => one.dossier()));
      expect(new Set(facts.map(({ content }) => content.meSoGiayToTuyThan)).size).toBe(1);
      expect(new Set(facts.map(({ content }) => content.maGCS)).size).toBe(2);
      expect(new Set(dossiers.map((dossier) => dossier?.id)).size).toBe(2);
      expect(new Set(dossiers.flatMap((dossier) => dossier?.codes.registry ?? [])).size).toBe(2);
    },
  },
];
