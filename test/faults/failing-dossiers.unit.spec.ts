import { failureRules, isFailing } from '../../bench/order/failing-dossiers';

const CODES = Array.from({ length: 1_000 }, (_, place) => `code ${place}`);

interface Rule {
  system: string;
  operation: string;
  code: string;
  until?: number;
}

describe('dossiers that fail in the bench order', () => {
  it.each([
    [0, 0],
    [0.01, 10],
    [0.05, 50],
  ])('are the share %d of all, spread evenly over the order of filing', (share, count) => {
    const places = CODES.flatMap((_, place) => (isFailing(place, share) ? [place] : []));
    expect(places).toHaveLength(count);
    const gaps = new Set(places.slice(1).map((place, at) => place - places[at]));
    expect(gaps.size).toBeLessThanOrEqual(1);
  });

  it('fail at one partner each, all four in turn, half of them for three tries and half until somebody helps', () => {
    const rules = failureRules(CODES, 0.05) as Rule[];
    const codesOf = (of: (rule: Rule) => boolean): number => new Set(rules.filter(of).map(({ code }) => code)).size;
    const systems = ['dvclt', 'hotich', 'dvcqg', 'onestop'];
    expect(systems.map((system) => codesOf((rule) => rule.system === system))).toEqual([13, 13, 12, 12]);
    expect(codesOf(() => true)).toBe(50);
    expect([codesOf(({ until }) => until === undefined), codesOf(({ until }) => until === 3)]).toEqual([26, 24]);
  });

  it('are none where none are to fail', () => {
    expect(failureRules(CODES, 0)).toEqual([]);
  });
});
