import { BoundedCache } from './bounded-cache';

const at = (ms: number) => new Date(ms);

describe('bounded cache', () => {
  it('forgets the entry that was used longest ago', () => {
    const cache = new BoundedCache<number>(2, 1_000);
    cache.set('a', 1, at(0));
    cache.set('b', 2, at(1));
    cache.get('a', at(2));
    cache.set('c', 3, at(3));
    expect([cache.get('a', at(4)), cache.get('b', at(4)), cache.get('c', at(4))]).toEqual([1, undefined, 3]);
  });

  it('forgets every entry after its age, used or not', () => {
    const cache = new BoundedCache<number>(2, 1_000);
    cache.set('a', 1, at(0));
    expect(cache.get('a', at(999))).toBe(1);
    expect(cache.get('a', at(1_000))).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});
