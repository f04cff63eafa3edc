import { canonicalBytes } from './canonical-json';

const text = (value: unknown): string => canonicalBytes(value).toString('utf8');

describe('canonical JSON (RFC 8785)', () => {
  it('writes the example of RFC 8785 §3.2.2 byte for byte', () => {
    const input = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as unknown;
    expect(text(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts members by UTF-16 code units (RFC 8785 §3.2.3)', () => {
    const input = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(text(input)) as object).length).toBe(7);
    expect([...text(input).matchAll(/:(\d)/g)].map((match) => Number(match[1]))).toEqual([2, 4, 6, 7, 1, 5, 3]);
  });

  it('leaves out undefined members, keeps places in arrays, and writes dates as JSON does', () => {
    expect(text({ b: undefined, a: [1, undefined], at: new Date(0), zero: -0 })).toBe(
      '{"a":[1,null],"at":"1970-01-01T00:00:00.000Z","zero":0}',
    );
  });

  it.each([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['half a surrogate pair', '\ud800'],
    ['it in a member name', { '\udfff': 1 }],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalBytes(value)).toThrow(TypeError);
  });
});
