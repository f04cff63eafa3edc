import { join } from 'node:path';
import { loadUnits } from '../adapters/load-units';
import { resolveUnit, type UnitCrossWalk } from './unit-cross-walk';

const before = new Date('2025-06-30T16:59:59Z');
const after = new Date('2025-06-30T17:00:00Z');

describe('dated cross-walk of units [Q28 Q37]', () => {
  const crossWalk: UnitCrossWalk = {
    units: [
      { code: '00123', name: 'a' },
      { code: '99001', name: 'b', from: '2025-07-01' },
      { code: '99002', name: 'c', from: '2025-07-01' },
      { code: '99101', name: 'old', to: '2025-06-30' },
      { code: '99102', name: 'split', to: '2025-06-30' },
    ],
    successors: [
      { old: '99101', new: '99001', from: '2025-07-01' },
      { old: '99102', new: '99001', from: '2025-07-01' },
      { old: '99102', new: '99002', from: '2025-07-01' },
      { old: '99050', new: '99101' },
      { old: '99060', new: '99061' },
      { old: '99061', new: '99060' },
    ],
  };

  it.each([
    ['pads what lost its zeros', '123', after, { unit: '00123' }],
    ['keeps a whole code, with white space around it', ' 00123 ', after, { unit: '00123' }],
    ['takes a unit on its last day, local time', '99101', before, { unit: '99101' }],
    ['follows to the successor from its first day', '99101', after, { unit: '99001' }],
    ['follows over several changes', '99050', after, { unit: '99001' }],
    ['does not guess after a split', '99102', after, { failure: 'unit-ambiguous' }],
    ['does not take a unit before its first day', '99001', before, { failure: 'unit-unknown' }],
    ['does not know what nobody configured', '88888', after, { failure: 'unit-unknown' }],
    ['does not loop', '99060', after, { failure: 'unit-unknown' }],
    ['does not read an empty text as a unit', '', after, { failure: 'unit-unknown' }],
  ])('%s', (_name, written, at, expected) => {
    expect(resolveUnit(crossWalk, written, at)).toEqual(expected);
  });

  it('ships with the units of the simulators on any date', () => {
    const shipped = loadUnits(join(__dirname, '../../../config'));
    for (const code of ['00123', ...Array.from({ length: 12 }, (_, index) => String(99_001 + index))]) {
      for (const at of [before, after, new Date('2027-01-01T00:00:00Z')])
        expect(resolveUnit(shipped, code, at)).toEqual({ unit: code });
    }
  });
});
