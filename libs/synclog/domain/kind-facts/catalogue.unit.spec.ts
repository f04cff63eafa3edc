import { SYNC_LOG_DETAIL_KEYS } from '../detail';
import { SYNC_LOG_KINDS } from '../kinds';
import { KIND_FACTS, KIND_SECTIONS, undescribed } from './catalogue';

describe('the facts of the kinds', () => {
  it('tell of each kind once, in one section', () => {
    const told = KIND_SECTIONS.flatMap(({ facts }) => Object.keys(facts));
    expect([...told].sort()).toEqual([...SYNC_LOG_KINDS].sort());
  });

  it('are sentences, and name nothing twice', () => {
    for (const { means, members, detail } of Object.values(KIND_FACTS)) {
      expect(means).toMatch(/^[A-Zh].*\.$/u);
      for (const names of [members, detail]) expect(new Set<string>(names).size).toBe(names.length);
    }
  });

  it('leave out no name that an entry may have in its detail, but for those that are kept for later', () => {
    const told = new Set<string>(Object.values(KIND_FACTS).flatMap(({ detail }) => detail));
    const kept = ['allowedDecisions', 'disposition', 'receiptId', 'recordId', 'round'];
    expect(SYNC_LOG_DETAIL_KEYS.filter((name) => !told.has(name))).toEqual(kept);
  });

  it('say what of an entry they do not tell', () => {
    const entry = { v: 1, id: 'x', at: 'now', kind: 'key.retired', actor: {}, detail: { keyId: 'k1' } };
    expect(undescribed(entry)).toEqual([]);
    expect(undescribed({ ...entry, unit: '00123', detail: { keyId: 'k1', count: 2 } })).toEqual([
      'unit',
      'detail.count',
    ]);
    expect(undescribed({ ...entry, kind: 'key.invented' })).toEqual(['kind']);
  });
});
