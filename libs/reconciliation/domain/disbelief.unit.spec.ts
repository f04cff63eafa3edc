import { beliefIn, beliefInTheEnd, type Brought } from './disbelief';
import type { Held } from './reached';

const HELD: Held = { from: 'first', questions: 1, missing: 3, unreadable: null };

describe('a run that has found nothing yet', () => {
  const told = (brought: Partial<Brought>, held?: Partial<Held>): unknown =>
    beliefIn(
      { found: 0, missing: 0, unreadable: [], ...brought },
      { held: held && { ...HELD, ...held }, from: 'here', unreadableAtMost: 5 },
    );
  const garbled = (...reasons: string[]): Partial<Brought> => ({ unreadable: reasons });

  it.each<readonly [string, Partial<Brought>, Partial<Held> | undefined, unknown]>([
    ['believes once one is found', { found: 1, missing: 9 }, {}, { belief: 'believe' }],
    ['believes what says nothing against it', {}, undefined, { belief: 'believe' }],
    [
      'holds back the first absence, from where it asked',
      { missing: 2 },
      undefined,
      { belief: 'hold', held: { from: 'here', questions: 1, missing: 2, unreadable: null } },
    ],
    [
      'holds back what follows',
      { missing: 2 },
      {},
      { belief: 'hold', held: { from: 'first', questions: 2, missing: 5, unreadable: null } },
    ],
    ['stops after 20 questions', { missing: 1 }, { questions: 19, missing: 49 }, { reasonCode: 'everything-missing' }],
    ['not after fewer questions', { missing: 1 }, { questions: 18, missing: 900 }, { belief: 'hold' }],
    ['not after fewer dossiers', { missing: 1 }, { questions: 40, missing: 48 }, { belief: 'hold' }],
    [
      'takes as much nonsense for no answer',
      garbled('odd', 'odd'),
      { missing: 0, unreadable: { reasonCode: 'odd', dossiers: 3 } },
      { belief: 'stop', reasonCode: 'partner-away', failureCode: 'odd' },
    ],
    [
      'not nonsense of several kinds',
      garbled('odd', 'other', 'odd'),
      { missing: 0, unreadable: { reasonCode: 'odd', dossiers: 3 } },
      { belief: 'hold', held: { unreadable: { reasonCode: 'odd', dossiers: 1 } } },
    ],
    [
      'not nonsense beside what was understood',
      garbled('odd', 'odd'),
      { missing: 1, unreadable: { reasonCode: 'odd', dossiers: 3 } },
      { belief: 'hold' },
    ],
  ])('%s', (_name, brought, held, expected) => {
    expect(told(brought, held)).toMatchObject(expected as object);
  });

  it.each([
    [4, { belief: 'believe' }],
    [5, { belief: 'stop', reasonCode: 'everything-missing' }],
  ])('at its end, with %i absent', (missing, expected) => {
    expect(beliefInTheEnd({ ...HELD, missing })).toMatchObject(expected);
  });
});
