import { effectFaults, type EndOfDossier } from '../../bench/faults/effect-faults';
import { recoveryPauses } from '../../bench/faults/recovery-pauses';
import type { EffectLine } from '../../bench/harness/simulator-client';

const DOSSIER: EndOfDossier = { dvclt: 'G22.99-1', oneStop: 'H99.1', isFinished: true };

function line(system: string, kind: string, order: (string | number)[] = [], count = 1): EffectLine {
  return { system, kind, code: system === 'dvclt' ? DOSSIER.dvclt : DOSSIER.oneStop!, count, at: [], order };
}

const GOOD: readonly EffectLine[] = [
  line('dvclt', 'acknowledged'),
  line('dvclt', 'status', [1, 3, 7, 4, 5], 5),
  line('onestop', 'dossier'),
  line('hotich', 'received'),
  line('hotich', 'registration'),
  line('dvcqg', 'dossier'),
  line('dvcqg', 'progress', [1, 2, 4, 9, 10], 5),
];

const but = (kind: string, change: (line: EffectLine) => EffectLine | undefined): EffectLine[] =>
  GOOD.flatMap((one) => (one.kind === kind ? (change(one) ?? []) : [one]));

describe('the judgement of the ledger', () => {
  it('finds nothing in a straight journey', () => {
    expect(effectFaults(GOOD, [DOSSIER])).toEqual({ lost: [], doubled: [], disordered: [] });
  });

  it.each([
    [
      'a registration that is missing',
      but('registration', () => undefined),
      { lost: ['hotich registration of G22.99-1'] },
    ],
    [
      'a registration made twice',
      but('registration', (one) => ({ ...one, count: 2 })),
      { doubled: ['hotich registration of G22.99-1: 2 times'] },
    ],
    [
      'two registrations of one dossier',
      [...GOOD, line('hotich', 'duplicate-registration')],
      { doubled: ['hotich duplicate-registration of H99.1: 1 times'] },
    ],
    [
      'a status that overtook',
      but('status', (one) => ({ ...one, order: [1, 7, 3, 4, 5] })),
      { disordered: ['dvclt status of G22.99-1: 1,7,3,4,5'] },
    ],
    [
      'a row of progress told twice',
      but('progress', (one) => ({ ...one, order: [1, 2, 2, 4, 9, 10] })),
      { doubled: ['dvcqg progress of G22.99-1: 1,2,2,4,9,10'] },
    ],
    [
      'rows of progress in the wrong order',
      but('progress', (one) => ({ ...one, order: [1, 4, 2, 9, 10] })),
      { disordered: ['dvcqg progress of G22.99-1: 1,4,2,9,10'] },
    ],
  ])('names %s', (_what, ledger, found) => {
    expect(effectFaults(ledger, [DOSSIER])).toEqual({ lost: [], doubled: [], disordered: [], ...found });
  });

  it('counts a dossier that did not come to its end as lost', () => {
    expect(effectFaults(GOOD, [{ ...DOSSIER, isFinished: false }]).lost).toEqual(['G22.99-1 is not finished']);
  });
});

describe('the pause after a kill', () => {
  it('lasts until the first effect of a delivery that had not begun when the kill came', () => {
    const settled = [
      { startedAtMs: 900, settledAtMs: 1_100 },
      { startedAtMs: 1_500, settledAtMs: 4_000 },
      { startedAtMs: 2_500, settledAtMs: 3_000 },
    ];
    const rows = recoveryPauses(
      [
        { part: 'worker', atMs: 1_000 },
        { part: 'kafka', atMs: 2_600 },
      ],
      settled,
    );
    expect(rows.find(({ part }) => part === 'worker')).toEqual({
      part: 'worker',
      kills: 1,
      p50Ms: 2_000,
      maxMs: 2_000,
    });
    expect(rows.find(({ part }) => part === 'all')).toMatchObject({ kills: 2, maxMs: 2_000 });
  });
});
