import { tokenEnd } from './token-end';

const NOW = new Date('2026-11-25T02:00:00Z');

describe('the end of a token', () => {
  it.each([
    ['a life in seconds', 3_600, '2026-11-25T03:00:00.000Z'],
    ['a life in seconds as text', ' 3600 ', '2026-11-25T03:00:00.000Z'],
    ['seconds since 1970', 1_795_575_600, '2026-11-25T03:00:00.000Z'],
    ['milliseconds since 1970 as text', '1795575600000', '2026-11-25T03:00:00.000Z'],
    ['a date in local time', '25/11/2026 10:00:00', '2026-11-25T03:00:00.000Z'],
    ['a date of digits', '20261125100000', '2026-11-25T03:00:00.000Z'],
    ['a date of twelve digits', '202611251000', '2026-11-25T03:00:00.000Z'],
    ['an instant with its zone', '2026-11-25T03:00:00+0000', '2026-11-25T03:00:00.000Z'],
  ])('is read from %s [Q41]', (_form, said, end) => {
    expect(tokenEnd(said, NOW)?.toISOString()).toBe(end);
  });

  it.each([
    [undefined],
    [null],
    [''],
    [0],
    ['0'],
    [-5],
    ['soon'],
    ['31/02/2026'],
    [{}],
    [Number.NaN],
    ['99999999999999999'],
  ])('is not known from %j, and never made up [Q41]', (said) => {
    expect(tokenEnd(said, NOW)).toBeUndefined();
  });
});
