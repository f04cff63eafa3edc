import { actionFor, classWithoutAsking, ITEM_CLASSES, type KnownOfItem } from './item-class';
import { PLAN_ACTIONS } from './plan';

const DEAD: KnownOfItem = {
  status: 'dead',
  isLeased: false,
  isMoot: false,
  isDuplicate: false,
  overtakes: false,
  isPlannedElsewhere: false,
  historyReplay: 'as-was',
};

describe('what is known of an item without asking', () => {
  it.each([
    ['nothing of a dead letter that stands', {}, undefined],
    ['that a settled one is gone', { status: 'settled' }, 'gone'],
    ['that one which is asked about now is gone', { isLeased: true }, 'gone'],
    ['that its dossier has ended', { isMoot: true }, 'moot'],
    ['that another tells the same', { isDuplicate: true }, 'duplicate'],
    ['that it would overtake a newer one', { overtakes: true }, 'overtakes'],
    ['that another plan has it', { isPlannedElsewhere: true, isMoot: true }, 'planned-elsewhere'],
    ['nothing of one that carries the state of now', { overtakes: true, historyReplay: 'as-now' }, undefined],
  ] as const)('%s', (_name, more, expected) => {
    expect(classWithoutAsking({ ...DEAD, ...more }, 'dead-letters')).toBe(expected);
  });

  it('of history is that it was settled', () => {
    expect(classWithoutAsking({ ...DEAD, status: 'settled' }, 'history')).toBeUndefined();
    expect(classWithoutAsking(DEAD, 'history')).toBe('gone');
  });
});

describe('what a plan does with an item', () => {
  const of = { source: 'dead-letters', outcome: 'refused', wasUnknown: false, repeatPolicy: 'probe-first' } as const;

  it('is total: every class has an action in every plan', () => {
    for (const action of PLAN_ACTIONS)
      for (const itemClass of ITEM_CLASSES)
        expect(['send', 'settle', 'cancel', 'skip']).toContain(actionFor(itemClass, action, of));
  });

  it.each([
    ['absent', 'send'],
    ['cannot-ask', 'send'],
    ['applied', 'settle'],
    ['cannot-tell', 'send'],
    ['invalid', 'skip'],
    ['gone', 'skip'],
    ['moot', 'skip'],
    ['duplicate', 'skip'],
    ['overtakes', 'skip'],
    ['planned-elsewhere', 'skip'],
    ['behind-dead-letter', 'skip'],
  ] as const)('replays what is %s: %s', (itemClass, expected) => {
    expect(actionFor(itemClass, 'replay', of)).toBe(expected);
  });

  it('never repeats what may have arrived, unless a repeat is harmless', () => {
    expect(actionFor('cannot-tell', 'replay', { ...of, outcome: 'unknown' })).toBe('skip');
    // The last outcome is that of a probe or a later call: the first one is as unknown as it was.
    for (const outcome of ['retry', 'accepted'])
      expect(actionFor('cannot-tell', 'replay', { ...of, outcome, wasUnknown: true })).toBe('skip');
    // What was settled has arrived.
    expect(actionFor('cannot-tell', 'replay', { ...of, source: 'history', outcome: 'accepted' })).toBe('skip');
    const harmless = { ...of, outcome: 'unknown', repeatPolicy: 'harmless-repeat' } as const;
    expect(actionFor('cannot-tell', 'replay', harmless)).toBe('send');
  });

  it('sends nothing by the word of people', () => {
    for (const itemClass of ITEM_CLASSES)
      for (const action of ['mark-done', 'give-up', 'link-registration'] as const)
        expect(actionFor(itemClass, action, of)).not.toBe('send');
  });

  it('leaves alone what a partner of history has already', () => {
    expect(actionFor('applied', 'replay', { ...of, source: 'history' })).toBe('skip');
  });
});
