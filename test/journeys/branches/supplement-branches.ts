import type { Branch, Ending } from './branch';

const FINISHED: Pick<Ending, 'state' | 'statuses' | 'registrations'> = {
  state: 'finished',
  statuses: { oneStop: 10, dvclt: 5, registry: 4, portal: 10 },
  registrations: 1,
};
const YEARS_AGO = '2025-11-20T17:00:00+07:00';

/** Ways on which something is missing: who asks, how often, and what comes instead. */
export const SUPPLEMENT_BRANCHES: readonly Branch[] = [
  {
    name: 'goes on after a supplement that the one-stop asked for [Q11]',
    order: { kind: 'birth', script: { oneStop: ['request-supplement'] } },
    ends: { ...FINISHED, dvclt: [1, 2, 3, 7, 4, 5], progress: [1, 5, 1, 2, 4, 9, 10], pushes: 1, acknowledged: 2 },
  },
  {
    name: 'goes on after a supplement that hộ tịch asked for, with one registration [Q11 Q12]',
    order: { kind: 'death', script: { registry: ['processing', 'supplement'] } },
    ends: {
      ...FINISHED,
      dvclt: [1, 3, 7, 2, 3, 7, 4, 5],
      progress: [1, 2, 4, 5, 1, 2, 4, 9, 10],
      pushes: 2,
      acknowledged: 2,
    },
  },
  {
    name: 'goes through several rounds, asked by both',
    order: {
      kind: 'birth',
      script: {
        oneStop: ['request-supplement', 'request-supplement', 'accept', 'accept'],
        registry: ['processing', 'supplement'],
      },
    },
    ends: {
      ...FINISHED,
      dvclt: [1, 2, 2, 3, 7, 2, 3, 7, 4, 5],
      progress: [1, 5, 1, 5, 1, 2, 4, 5, 1, 2, 4, 9, 10],
      pushes: 2,
      acknowledged: 4,
    },
  },
  {
    name: 'goes on when hộ tịch asks again as soon as it has the supplement',
    order: { kind: 'birth', script: { registry: ['supplement', 'supplement', 'processing', 'completed'] } },
    ends: {
      ...FINISHED,
      dvclt: [1, 3, 7, 2, 3, 7, 2, 3, 7, 4, 5],
      progress: [1, 2, 4, 5, 1, 2, 4, 5, 1, 2, 4, 9, 10],
      pushes: 3,
      acknowledged: 3,
    },
  },
  {
    name: 'tells of the new deadline when hộ tịch asks again before anything has come',
    order: { kind: 'death', script: { registry: ['supplement', 'processing', 'completed'], citizen: [] } },
    async play(one) {
      await one.untilEvent('supplement.requested');
      // hộ tịch writes times by the second: the second request is seen to be another one a second later.
      const [first] = (await one.timeline()).filter(({ type }) => type === 'supplement.requested');
      await one.until(
        () => Promise.resolve(Date.now() > Date.parse(String(first?.facts.decidedAt)) + 1_000),
        'a later second',
      );
      await one.act('supplement-again');
      await one.untilEvent('supplement.requested', 2);
      await one.untilConfirmed('dvclt', 2);
      await one.supplement();
    },
    ends: {
      ...FINISHED,
      dvclt: [1, 3, 7, 2, 3, 7, 4, 5],
      progress: [1, 2, 4, 5, 5, 1, 2, 4, 9, 10],
      pushes: 2,
      acknowledged: 2,
    },
  },
  {
    name: 'calls a person when the deadline has passed, refuses nothing, and still takes the supplement',
    order: { kind: 'birth', script: { oneStop: ['hold', 'accept'], citizen: [] } },
    async play(one) {
      await one.untilState('with-one-stop');
      await one.decide('request-supplement', YEARS_AGO);
      await one.untilEvent('supplement.overdue');
      expect(await one.dossier()).toMatchObject({ state: 'awaiting-supplement', attention: true });
      await one.untilConfirmed('dvclt', 2);
      await one.supplement();
    },
    ends: {
      ...FINISHED,
      attention: true,
      dvclt: [1, 2, 3, 7, 4, 5],
      progress: [1, 5, 1, 2, 4, 9, 10],
      pushes: 1,
      acknowledged: 2,
    },
    async check([one]) {
      expect((await one.timeline()).filter(({ type }) => type === 'supplement.overdue')).toHaveLength(1);
    },
  },
  {
    name: 'leaves an old listing unacknowledged while a supplement is awaited, and takes the supplement [Q10 Q11]',
    order: { kind: 'death', script: { oneStop: ['request-supplement'], citizen: [] } },
    async play(one) {
      await one.untilConfirmed('dvclt', 2);
      const before = await one.calls('dvclt', 'detail');
      await one.relist();
      await one.until(async () => (await one.calls('dvclt', 'detail')) > before, 'a look at the old listing');
      expect((await one.ledger('dvclt', 'acknowledged'))?.count).toBe(1);
      expect((await one.dossier())?.state).toBe('awaiting-supplement');
      await one.supplement();
    },
    ends: { ...FINISHED, dvclt: [1, 2, 3, 7, 4, 5], progress: [1, 5, 1, 2, 4, 9, 10], pushes: 1, acknowledged: 2 },
  },
  {
    name: 'passes a request on that came while the push was unknown [Q13]',
    order: { kind: 'birth', script: { registry: ['supplement', 'processing', 'completed'] } },
    faults: [
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'hiddenCommit', value: 'drop', nth: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'noise', value: 'html', until: 3 },
    ],
    ends: {
      ...FINISHED,
      dvclt: [1, 3, 7, 2, 3, 7, 4, 5],
      progress: [1, 2, 4, 5, 1, 2, 4, 9, 10],
      pushes: 2,
      acknowledged: 2,
    },
  },
  {
    name: 'registers once when the push with the supplement is unknown and hộ tịch asks again [Q13]',
    order: { kind: 'death', script: { registry: ['supplement', 'supplement', 'processing', 'completed'] } },
    faults: [{ system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'hiddenCommit', value: '502', nth: 2 }],
    ends: {
      ...FINISHED,
      dvclt: [1, 3, 7, 2, 3, 7, 2, 3, 7, 4, 5],
      progress: [1, 2, 4, 5, 1, 2, 4, 5, 1, 2, 4, 9, 10],
      pushes: 3,
      acknowledged: 3,
    },
  },
  {
    name: 'is shown at the portal in no state that is not true when the portal refuses a true one',
    order: { kind: 'death', script: { oneStop: ['hold', 'accept'], citizen: [] } },
    faults: [{ system: 'dvcqg', operation: 'DongBoHoSoMC', switch: 'stateValidation', value: [5, 6, 8] }],
    async play(one) {
      await one.untilConfirmed('portal', 1);
      await one.decide('request-supplement');
      // A call carries the state of its own moment: a supplement that comes sooner leaves nothing to refuse.
      await one.untilEvent('discrepancy.found');
      await one.supplement();
    },
    ends: {
      ...FINISHED,
      attention: true,
      discrepancies: ['dvcqg.state-refused'],
      dvclt: [1, 2, 3, 7, 4, 5],
      progress: [1, 5, 1, 2, 4, 9, 10],
      pushes: 1,
      acknowledged: 2,
    },
    async check([one]) {
      expect((await one.ledger('dvcqg', 'status'))?.order).not.toContain(5);
    },
  },
  {
    name: 'keeps a change that nobody asked for while the push is unknown, and registers what was accepted [Q11 Q13]',
    order: { kind: 'birth', script: { registry: ['processing', 'hold'] } },
    faults: [
      { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'hiddenCommit', value: 'html', nth: 1 },
      { system: 'hotich', operation: 'layKetQuaDKHT', switch: 'noise', value: 'soap', until: 4 },
    ],
    async play(one) {
      await one.untilDelivery('submit-registration', 'unknown');
      await one.supplement();
      await one.untilEvent('conflict.recorded');
      await one.untilEvent('registration.submitted');
      await one.act('completed');
    },
    ends: {
      ...FINISHED,
      attention: true,
      dvclt: [1, 3, 7, 4, 5],
      progress: [1, 2, 4, 9, 10],
      pushes: 1,
      acknowledged: 2,
    },
  },
];
