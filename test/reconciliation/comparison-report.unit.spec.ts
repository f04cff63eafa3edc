import { NO_COUNTS, type Reconciliation } from '#reconciliation';
import { reportOf, type Compared } from '../../bench/reconcile/comparison-report';
import { PlantedDrift } from '../../bench/reconcile/planted-drift';

const COUNT = 200_000;
const DRIFT = new PlantedDrift({ count: COUNT, seed: 3, startMs: 0, everyMs: 1_000, statuses: [10, 4, 1] });
const MB = 2 ** 20;

function run(over: Partial<Reconciliation> = {}): Reconciliation {
  return {
    id: '01a21a32-0587-7aa9-84f9-58d4651e58f0',
    partner: 'onestop',
    cause: 'demand',
    state: 'finished',
    from: new Date(0),
    to: new Date(1),
    requestedBy: 'bench',
    requestedAt: new Date(0),
    startedAt: new Date(0),
    endedAt: new Date(1),
    counts: { ...NO_COUNTS, agreed: COUNT - 160, differing: 160, unreadable: 40, calls: 1_002 },
    notLookedAtBecause: {},
    reasonCode: null,
    stoppedBy: null,
    failureCode: null,
    listFailed: false,
    ...over,
  };
}

function compared(over: Partial<Compared> = {}, of: Reconciliation = run()): Compared {
  const memory = { residentBytes: 200 * MB, heapBytes: 100 * MB };
  return {
    count: COUNT,
    rate: 100,
    measured: { run: of, seconds: 60, before: memory, first: memory, last: memory, workerCpuMs: 1, postgresCpuMs: 1 },
    judged: { missed: [], falselyFound: [] },
    drift: DRIFT,
    calls: { pages: 1_000, lookUps: 2, refused: 0 },
    seeded: { bytes: MB, seconds: 1 },
    foreignShare: 0,
    ...over,
  };
}

const missedGoals = (of: Compared): string[] =>
  reportOf(of)
    .goals.filter(({ isMet }) => !isMet)
    .map(({ text }) => text);

describe('the report of the bench reconcile', () => {
  it('meets every goal when all that was planted was found, and nothing else', () => {
    expect(missedGoals(compared())).toEqual([]);
    expect(reportOf(compared()).text).toContain(`${(4_000 / 1_002).toFixed(2)} ×`);
  });

  it('misses a goal for each fault', () => {
    const one = 'missing-there G22.99.08-261001-00000001';
    const grown = { residentBytes: 221 * MB, heapBytes: 0 };
    const { measured } = compared();
    const faults: [string, Compared][] = [
      ['missed: 1', compared({ judged: { missed: [one], falselyFound: [] } })],
      ['found falsely: 1', compared({ judged: { missed: [], falselyFound: [one] } })],
      [
        'fewer calls',
        compared(
          { calls: { pages: 4_001, lookUps: 0, refused: 0 } },
          run({ counts: { ...run().counts, calls: 4_001 } }),
        ),
      ],
      ['coming too fast: 1', compared({ calls: { pages: 1_000, lookUps: 1, refused: 1 } })],
      ['(1.10)', compared({ measured: { ...measured, last: grown } })],
      ['agreed 1 for', compared({}, run({ counts: { ...run().counts, agreed: 1 } }))],
      ['it is stopped (partner-away)', compared({}, run({ state: 'stopped', reasonCode: 'partner-away' }))],
    ];
    for (const [text, of] of faults) {
      expect(missedGoals(of)).toHaveLength(1);
      expect(missedGoals(of)[0]).toContain(text);
    }
  });
});
