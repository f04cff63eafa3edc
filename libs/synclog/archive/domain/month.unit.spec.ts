import { monthOf } from './month';

describe('the month of an instant', () => {
  it.each([
    ['2026-11-30T16:59:59.999Z', 0, '2026-11'],
    ['2026-11-30T17:00:00.000Z', 0, '2026-12'],
    ['2026-12-31T17:00:00.000Z', 0, '2027-01'],
    ['2027-01-15T00:00:00.000Z', 1, '2026-12'],
    ['2027-03-31T12:00:00.000Z', 1, '2027-02'],
    ['2027-03-31T12:00:00.000Z', 12, '2026-03'],
  ])('of %s, %d back, is %s in Viet Nam', (at, back, month) => {
    expect(monthOf(new Date(at), back)).toBe(month);
  });
});
