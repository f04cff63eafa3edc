import { strictBase64 } from './base64';
import { integerOf, unitTextOf, withoutEmpty } from './fields';

describe('wire fields', () => {
  it.each([
    [123, '00123'],
    ['123', '00123'],
    ['00123', '00123'],
    [99001, '99001'],
    [' 7 ', '00007'],
    ['H99.101', 'H99.101'],
    ['123456', '123456'],
    ['', undefined],
    [null, undefined],
    [{}, undefined],
  ])('commune code %j becomes %j [Q28]', (value, expected) => {
    expect(unitTextOf(value)).toBe(expected);
  });

  it('leaves out what is empty and keeps zero [Q35]', () => {
    expect(withoutEmpty({ a: '', b: ' ', c: null, d: undefined, e: 0, f: false, g: 'x' })).toEqual({
      e: 0,
      f: false,
      g: 'x',
    });
  });

  it.each([
    ['4', 4],
    [4, 4],
    ['4.5', undefined],
    ['', undefined],
    [null, undefined],
  ])('integer %j is %j [Q02]', (value, expected) => {
    expect(integerOf(value)).toBe(expected);
  });

  it.each(['', 'A', 'AA', 'AAA', 'AA=A', 'A===', 'AAA!', 'AA-_', '====', 'AAAA====', 'QUJDRB=='])(
    '%j is no base64',
    (text) => {
      expect(strictBase64(text)).toBeUndefined();
    },
  );

  it('reads base64 with the line breaks of MIME', () => {
    expect(strictBase64('TeG6\r\nqlU=')?.toString('utf8')).toBe('MẪU');
  });
});
