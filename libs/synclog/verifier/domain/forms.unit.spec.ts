import { isCanonical } from './canonical';
import { formOf } from './entry-form';
import { IdIndex } from './id-index';
import { testEntry } from '../testing/memory-bundle';

const ENTRY = testEntry(1).toString('utf8');
const problemOf = (text: string): string | undefined => formOf(Buffer.from(text)).problem;

describe('the form of an entry', () => {
  it('is that of the product', () => {
    expect(formOf(Buffer.from(ENTRY))).toEqual({
      id: expect.stringMatching(/^019/) as string,
      at: '2026-03-02T02:00:01.000Z',
    });
  });

  it.each([
    ['white space', ENTRY.replace(',', ', '), 'not-canonical'],
    ['members in another order', ENTRY.replace(/^\{(.+),"v":1\}$/, '{"v":1,$1}'), 'not-canonical'],
    ['a member twice', ENTRY.replace('"v":1', '"v":1,"v":1'), 'not-canonical'],
    ['another version', ENTRY.replace('"v":1', '"v":2'), 'version-unknown'],
    ['an id of another kind', ENTRY.replace('-7000-', '-4000-'), 'id-malformed'],
    ['no time', ENTRY.replace('2026-03-02T', '2026-13-02T'), 'time-malformed'],
    ['no kind', ENTRY.replace('attempt.settled', 'attempt'), 'kind-malformed'],
    ['an array', `[${ENTRY}]`, 'no-json'],
    ['no JSON', ENTRY.slice(1), 'no-json'],
    ['JSON that nests for ever', '['.repeat(16_000), 'no-json'],
    ['too many bytes', ENTRY.replace('accepted', 'a'.repeat(16_384)), 'too-large'],
  ])('is refused with %s', (_what, text, problem) => expect(problemOf(text)).toBe(problem));

  it('is refused with bytes that are no UTF-8', () => {
    const bytes = Buffer.from(ENTRY);
    bytes[30] = 0xff;
    expect(formOf(bytes).problem).toBe('no-json');
  });
});

describe('the canonical form', () => {
  it.each([
    ['{"10":1,"2":2}', true],
    ['{"2":2,"10":1}', false],
    ['{"a":{"b":1,"c":[1,2.5,"é\\n"]},"é":null}', true],
    ['{"a":{"c":1,"b":1}}', false],
    ['[1.0]', false],
    ['[-0]', false],
    ['["\\u00e9"]', false],
    ['["\\ud800"]', false],
    ['["\\\\ud800"]', true],
    ['{"__proto__":1}', true],
  ])('of %s: %s', (text, expected) => expect(isCanonical(text, JSON.parse(text))).toBe(expected));
});

describe('the index of ids', () => {
  it.each([0, 1, 2, 3])('finds the earlier entry with the same id, among ids that share all but word %i', (word) => {
    const index = new IdIndex(1_000, 12_345);
    const id = (nth: number): Uint32Array => Uint32Array.of(1, 7, 9, 3).fill(nth, word, word + 1);
    for (let nth = 0; nth < 1_000; nth += 1) expect(index.add(nth, id(nth))).toBeUndefined();
    expect([0, 500, 999].map((nth) => index.add(0, id(nth)))).toEqual([0, 500, 999]);
  });

  it('is as fast when all ids were chosen to want the same place of an index without a seed', () => {
    const index = new IdIndex(200_000, 12_345);
    const chosen = (nth: number): Uint32Array => Uint32Array.of(nth, 0x5000 ^ nth, 1, 0x5000 ^ nth);
    let twice = 0;
    for (let nth = 0; nth < 200_000; nth += 1) if (index.add(nth, chosen(nth)) !== undefined) twice += 1;
    expect(twice).toBe(0);
  }, 10_000);
});
