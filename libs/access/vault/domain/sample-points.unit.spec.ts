import { pointsBetween } from './sample-points';

const bounds = { first: '0190a000-0000-7000-8000-000000000000', last: '0190afff-ffff-7fff-bfff-ffffffffffff' };

describe('points between two references', () => {
  it('are both ends and what lies between, never beyond', () => {
    expect(pointsBetween(bounds, 1, () => 0)).toEqual([bounds.first]);
    const nearlyOne = 1 - 2 ** -53;
    const [point] = pointsBetween(bounds, 1, () => nearlyOne);
    expect(point > '0190afff-fff' && point <= bounds.last).toBe(true);
    expect(pointsBetween(bounds, 1, () => 0.5)[0].slice(0, 8)).toBe('0190a7ff');
  });

  it('are the one reference where there is only one', () => {
    expect(pointsBetween({ first: bounds.last, last: bounds.last }, 3, () => 0.9)).toEqual(Array(3).fill(bounds.last));
  });
});
