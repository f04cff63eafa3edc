import { hasRepeatedMember } from './repeated-members';

const repeats = (text: string): boolean => hasRepeatedMember(Buffer.from(text));

describe('a member that is named twice', () => {
  it.each([
    ['side by side', '{"a":1,"a":2}'],
    ['with another escape', String.raw`{"a":1,"\u0061":2}`],
    ['with white space before the colon', '{"a" : 1 , "a"\n:2}'],
    ['deep inside', '[{"b":{"a":1,"c":[{"d":1}],"a":2}}]'],
    ['after a container of the same names', '{"x":{"a":1},"x":1}'],
    ['that is empty', '{"":1,"":2}'],
    ['around an escaped quote', String.raw`{"a\"":1,"b":"\\","a\"":2}`],
  ])('is seen %s', (_name, text) => expect(repeats(text)).toBe(true));

  it.each([
    ['one name in two objects', '[{"a":1},{"a":2}]'],
    ['one name in two depths', '{"a":{"a":{"a":1}}}'],
    ['a value like a name', '{"a":"a","b":"a"}'],
    ['texts of an array', '["a","a"]'],
    ['punctuation inside a text', String.raw`{"a":"{\"a\":1,","b":"\"a\":"}`],
    ['no object', '"a"'],
  ])('is not seen in %s', (_name, text) => expect(repeats(text)).toBe(false));

  it('is found in linear time: a long text is looked at once', () => {
    const file = 'A'.repeat(8_000_000);
    expect(repeats(`{"a":"${file}","b":"${file}","a":1}`)).toBe(true);
  });
});
