import fc from 'fast-check';
import { slotShare } from './slot-share';

describe('slots of a partner, shared by its workers', () => {
  it.each([
    [16, 1, [16]],
    [16, 3, [6, 5, 5]],
    [2, 3, [1, 1, 0]],
    [1, 2, [1, 0]],
  ])('%p for %p workers: %j', (max, workers, shares) => {
    expect(shares.map((_share, before) => slotShare(max, { workers, before }))).toEqual(shares);
  });

  it('are together exactly what the partner takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), (max, workers) => {
        const shares = Array.from({ length: workers }, (_one, before) => slotShare(max, { workers, before }));
        return shares.reduce((sum, share) => sum + share, 0) === max;
      }),
    );
  });
});
