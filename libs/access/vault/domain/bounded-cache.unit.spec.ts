import { BoundedCache } from './bounded-cache';

const at = (ms: number) => new Date(ms);

describe('bounded cache', () => {
  it('forgets the oldest entry', () => {
    const cache = new BoundedCache<number>(2, 1_000);
    cache.set('a', 1, at(0));
    cache.set('b', 2, at(1));
    cache.set('a', 3, at(2));
    cache.set('c', 4, at(3));
    expect([cache.get('a', at(4)), cache.get('b', at(4)), cache.get('c', at(4))]).toEqual([3, undefined, 4]);
  });

  it('gives out no entry after its age, used or not', () => {
    const cache = new BoundedCache<number>(2, 1_000);
    cache.set('a', 1, at(0));
    expect(cache.get('a', at(999))).toBe(1);
    expect(cache.get('a', at(1_000))).toBeUndefined();
  });

  it('keeps no aged entry in memory once another one comes, asked for or not', () => {
    const cache = new BoundedCache<number>(10, 1_000);
    cache.set('a', 1, at(0));
    cache.set('b', 2, at(500));
    cache.set('c', 3, at(1_200));
    expect(cache.size).toBe(2);
    cache.set('d', 4, at(1_600));
    expect(cache.size).toBe(2);
  });
});
