import { lowestIdAt } from './id-window';
import { missedSlots, slotAt } from './slots';

describe('the time at which daily runs are due', () => {
  it.each([
    ['2026-03-01T19:00:00Z', '2026-03-01T19:00:00.000Z'],
    ['2026-03-01T18:59:59.999Z', '2026-02-28T19:00:00.000Z'],
    ['2026-03-02T18:00:00Z', '2026-03-01T19:00:00.000Z'],
  ])('at %s is the latest 02:00 of Vietnam: %s', (now, slot) => {
    expect(slotAt(new Date(now), '02:00').toISOString()).toBe(slot);
  });

  it('was missed on each day in between, the newest ones when there are many', () => {
    const slot = new Date('2026-03-05T19:00:00Z');
    const days = (last: string | null, atMost = 31): string[] =>
      missedSlots(last === null ? null : new Date(last), slot, atMost).map((at) => at.toISOString().slice(0, 10));
    expect(days(null)).toEqual([]);
    expect(days('2026-03-04T19:00:00Z')).toEqual([]);
    expect(days('2026-03-02T19:00:00Z')).toEqual(['2026-03-03', '2026-03-04']);
    expect(days('2026-03-02T07:00:00Z')).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
    expect(days('2025-01-01T19:00:00Z')).toHaveLength(31);
    expect(days('2026-01-01T19:00:00Z', 2)).toEqual(['2026-03-03', '2026-03-04']);
  });
});

describe('the lowest id of an instant', () => {
  it('is below every id of its millisecond and above those before', () => {
    const at = lowestIdAt(new Date('2026-03-02T02:00:00Z'));
    const idOf = (ms: number): string => {
      const time = (Date.parse('2026-03-02T02:00:00Z') + ms).toString(16).padStart(12, '0');
      return `${time.slice(0, 8)}-${time.slice(8)}-7fff-bfff-ffffffffffff`;
    };
    expect(at < idOf(0).replace('7fff-bfff-ffffffffffff', '7000-8000-000000000000')).toBe(true);
    expect(idOf(-1) < at).toBe(true);
  });
});
