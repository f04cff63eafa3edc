import { hasMoreValuesThan, isDeeperThan } from './json-bounds';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('the number of values in a JSON text', () => {
  it.each([
    ['an array', '[1,2,3,4]', 5],
    ['objects', '[{"a":1},{"b":2}]', 5],
    ['empty arrays', '[[],[],[]]', 7],
  ])('is counted generously for %s', (_name, text, counted) => {
    expect(hasMoreValuesThan(bytes(text), counted - 1)).toBe(true);
    expect(hasMoreValuesThan(bytes(text), counted)).toBe(false);
  });

  it.each([
    ['commas and brackets', '["[,[,[,[,[,[,[,[,["]'],
    ['escaped quotes', String.raw`["\",[,[,[,[,[,\"[[[["]`],
    ['backslashes before its end', String.raw`["[,[,[,[,[\\\\"]`],
    ['a quote behind backslashes', String.raw`["\\\"[,[,[,[,[,["]`],
  ])('does not count what stands in a string: %s', (_name, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(hasMoreValuesThan(bytes(text), 3)).toBe(false);
  });

  it('is counted on behind a string that ends with backslashes', () => {
    const text = String.raw`["\\\\",1,2,3]`;
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(hasMoreValuesThan(bytes(text), 4)).toBe(true);
  });

  it('is not counted behind a string that never ends: the parser refuses the text', () => {
    expect(hasMoreValuesThan(bytes('["[[[[[[[[[['), 3)).toBe(false);
  });
});

describe('the depth of a value', () => {
  it.each([
    [1, 0],
    [{}, 1],
    [[[]], 2],
    [{ a: [1, { b: 'x' }], c: 1 }, 3],
  ])('of %j is %i', (value, depth) => {
    expect(isDeeperThan(value, depth)).toBe(false);
    expect(isDeeperThan(value, depth - 1)).toBe(typeof value === 'object');
  });

  it('is told of a hundred thousand levels', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(isDeeperThan(deep, 99_999)).toBe(true);
    expect(isDeeperThan(deep, 100_000)).toBe(false);
  });
});
