import type { Branch, Ending } from './branch';
import type { FiledCase } from './filed-case';

const ENDED = { registrations: 0, pushes: 0 } as const;
const ON_ITS_WAY = 'registration-on-its-way-at-end';
const AFTER_END = 'submitted-after-end';

function withdrawn(dvclt: number, registry: number | null = null): Pick<Ending, 'state' | 'statuses'> {
  return { state: 'withdrawn', statuses: { oneStop: 7, dvclt, registry, portal: 7 } };
}

/** Waits until hộ tịch has told us, and we everybody, that the registration is there. */
async function withRegistry(one: FiledCase): Promise<void> {
  await one.untilEvent('registration.submitted');
  await one.untilConfirmed('dvclt', 7);
  await one.untilConfirmed('oneStop', 4);
}

/** Ways that end before the result: refused, withdrawn, stopped, each in the states where it may happen. */
export const END_BRANCHES: readonly Branch[] = [
  {
    name: 'ends when the one-stop refuses: 6 straight after 1',
    order: { kind: 'birth', script: { oneStop: ['refuse'] } },
    ends: {
      ...ENDED,
      state: 'refused',
      statuses: { oneStop: 3, dvclt: 6, registry: null, portal: 3 },
      dvclt: [1, 6],
      progress: [1, 3],
    },
  },
  {
    name: 'ends when hộ tịch refuses: 6 after 7',
    order: { kind: 'death', script: { registry: ['processing', 'refused'] } },
    ends: {
      state: 'refused',
      statuses: { oneStop: 3, dvclt: 6, registry: 6, portal: 3 },
      dvclt: [1, 3, 7, 6],
      progress: [1, 2, 4, 3],
      pushes: 1,
      registrations: 0,
    },
  },
  {
    name: 'ends when the one-stop refuses instead of waiting for the supplement it asked for',
    order: { kind: 'death', script: { oneStop: ['request-supplement'], citizen: [] } },
    async play(one) {
      await one.untilConfirmed('dvclt', 2);
      await one.decide('refuse');
    },
    ends: {
      ...ENDED,
      state: 'refused',
      statuses: { oneStop: 3, dvclt: 6, registry: null, portal: 3 },
      dvclt: [1, 2, 6],
      progress: [1, 5, 3],
    },
  },
  {
    name: 'ends when hộ tịch refuses instead of waiting for the supplement it asked for',
    order: { kind: 'birth', script: { registry: ['supplement', 'hold'], citizen: [] } },
    async play(one) {
      await one.untilConfirmed('dvclt', 2);
      await one.untilConfirmed('oneStop', 5);
      await one.act('refused');
    },
    ends: {
      state: 'refused',
      statuses: { oneStop: 3, dvclt: 6, registry: 6, portal: 3 },
      dvclt: [1, 3, 7, 2, 6],
      progress: [1, 2, 4, 5, 3],
      pushes: 1,
      registrations: 0,
    },
  },
  {
    name: 'is withdrawn while it lies at the one-stop: the portal is told, DVCLT has no number for it',
    order: { kind: 'birth', script: { oneStop: ['withdraw'] } },
    ends: { ...ENDED, ...withdrawn(1), dvclt: [1], progress: [1, 7] },
  },
  {
    name: 'is withdrawn while a supplement is awaited',
    order: { kind: 'death', script: { oneStop: ['request-supplement'], citizen: [] } },
    async play(one) {
      await one.untilConfirmed('dvclt', 2);
      await one.decide('withdraw');
    },
    ends: { ...ENDED, ...withdrawn(2), dvclt: [1, 2], progress: [1, 5, 7] },
  },
  {
    name: 'is withdrawn while its registration is unsent: hộ tịch never sees it [Q32]',
    order: { kind: 'birth' },
    faults: [{ system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'quota', value: 120 }],
    async play(one) {
      await one.untilDelivery('submit-registration', 'waiting');
      await one.decide('withdraw');
      await one.untilDelivery('submit-registration', 'cancelled');
    },
    ends: { ...ENDED, ...withdrawn(3), dvclt: [1, 3], progress: [1, 2, 7] },
  },
  {
    name: 'is withdrawn while its registration is in flight: a person looks, and nobody hears of a registration [Q40]',
    order: { kind: 'death', script: { registry: ['hold'] } },
    faults: [{ system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'slowMs', value: 8_000, nth: 1 }],
    async play(one) {
      await one.untilDelivery('submit-registration', 'in-flight');
      await one.decide('withdraw');
      await one.untilDelivery('submit-registration', 'settled');
    },
    ends: {
      ...withdrawn(3),
      attention: true,
      discrepancies: [ON_ITS_WAY, AFTER_END],
      dvclt: [1, 3],
      progress: [1, 2, 7],
      pushes: 1,
      registrations: 0,
    },
  },
  {
    name: 'is withdrawn while its registration is unknown and had arrived: a person hears that hộ tịch registers it [Q13]',
    order: { kind: 'birth', script: { registry: ['hold'] } },
    faults: [
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'hiddenCommit', value: 'drop', nth: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'noise', value: 'text', until: 5 },
    ],
    async play(one) {
      await one.untilDelivery('submit-registration', 'unknown');
      await one.decide('withdraw');
      await one.untilDelivery('submit-registration', 'settled');
      await one.act('completed');
      await one.untilConfirmed('registry', 4);
    },
    ends: {
      ...withdrawn(3, 4),
      attention: true,
      discrepancies: [ON_ITS_WAY, AFTER_END, 'registered-after-end'],
      dvclt: [1, 3],
      progress: [1, 2, 7],
      pushes: 1,
      registrations: 1,
    },
  },
  {
    name: 'is withdrawn while its registration is unknown and had not arrived: it is not sent again [Q13 Q30]',
    order: { kind: 'death' },
    faults: [
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'noise', value: 'html', nth: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'noise', value: 'text', until: 3 },
    ],
    async play(one) {
      await one.untilDelivery('submit-registration', 'unknown');
      await one.decide('withdraw');
      await one.untilDelivery('submit-registration', 'cancelled');
    },
    ends: {
      ...ENDED,
      ...withdrawn(3),
      attention: true,
      discrepancies: [ON_ITS_WAY],
      dvclt: [1, 3],
      progress: [1, 2, 7],
    },
  },
  {
    name: 'is withdrawn while it is with hộ tịch, which hears nothing of it and refuses it itself',
    order: { kind: 'birth', script: { registry: ['hold'] } },
    async play(one) {
      await withRegistry(one);
      await one.decide('withdraw');
      await one.untilState('withdrawn');
      await one.act('refused');
      await one.untilConfirmed('registry', 6);
    },
    ends: { ...withdrawn(7, 6), dvclt: [1, 3, 7], progress: [1, 2, 4, 7], pushes: 1, registrations: 0 },
  },
  {
    name: 'is withdrawn while it is with hộ tịch, and a person hears that hộ tịch registers it all the same',
    order: { kind: 'death', script: { registry: ['processing', 'hold'] } },
    async play(one) {
      await withRegistry(one);
      await one.decide('withdraw');
      await one.untilState('withdrawn');
      await one.act('completed');
      await one.untilConfirmed('registry', 4);
    },
    ends: {
      ...withdrawn(7, 4),
      attention: true,
      discrepancies: ['registered-after-end'],
      dvclt: [1, 3, 7],
      progress: [1, 2, 4, 7],
      pushes: 1,
      registrations: 1,
    },
  },
  {
    name: 'goes on when the fee is paid: asking for it changes no state',
    order: { kind: 'birth', script: { oneStop: ['hold', 'hand-over'] } },
    async play(one) {
      await one.untilState('with-one-stop');
      await one.decide('require-fee');
      await one.untilConfirmed('portal', 6);
      expect(await one.dossier()).toMatchObject({ state: 'with-one-stop', statuses: { oneStop: 6, dvclt: 1 } });
      await one.decide('accept');
    },
    ends: {
      state: 'finished',
      statuses: { oneStop: 10, dvclt: 5, registry: 4, portal: 10 },
      dvclt: [1, 3, 7, 4, 5],
      progress: [1, 6, 2, 4, 9, 10],
      pushes: 1,
      registrations: 1,
    },
  },
  {
    name: 'is stopped at the one-stop: the portal shows 8 and never 9',
    order: { kind: 'death', script: { oneStop: ['stop'] } },
    ends: {
      ...ENDED,
      state: 'stopped',
      statuses: { oneStop: 8, dvclt: 1, registry: null, portal: 8 },
      dvclt: [1],
      progress: [1, 8],
    },
  },
  {
    name: 'is stopped while it is with hộ tịch: the portal shows 8 and never 9',
    order: { kind: 'death', script: { registry: ['processing', 'hold'] } },
    async play(one) {
      await withRegistry(one);
      await one.untilConfirmed('registry', 3);
      await one.decide('stop');
    },
    ends: {
      state: 'stopped',
      statuses: { oneStop: 8, dvclt: 7, registry: 3, portal: 8 },
      dvclt: [1, 3, 7],
      progress: [1, 2, 4, 8],
      pushes: 1,
      registrations: 0,
    },
  },
];
