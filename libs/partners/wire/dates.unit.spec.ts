import fc from 'fast-check';
import { formatDeadline, formatInstant, formatPartnerDate, instantOf, parsePartnerDate, type DateForm } from './dates';

describe('partner dates [Q09]', () => {
  it.each([
    ['01/03/2026', { year: 2026, month: 3, day: 1 }],
    ['01/03/2026 ', { year: 2026, month: 3, day: 1 }],
    ['01/03/2026 08:05:09', { year: 2026, month: 3, day: 1, hour: 8, minute: 5, second: 9 }],
    ['01.03.2026', { year: 2026, month: 3, day: 1 }],
    ['20260301', { year: 2026, month: 3, day: 1 }],
    ['202603010805', { year: 2026, month: 3, day: 1, hour: 8, minute: 5 }],
    ['20260301080509', { year: 2026, month: 3, day: 1, hour: 8, minute: 5, second: 9 }],
    ['2026-03-01', { year: 2026, month: 3, day: 1 }],
    ['2026-03-01T01:05:09+0000', { year: 2026, month: 3, day: 1, hour: 8, minute: 5, second: 9 }],
    ['2026-03-01T20:05:09.123Z', { year: 2026, month: 3, day: 2, hour: 3, minute: 5, second: 9 }],
    ['2026-03-01T08:05:09+07:00', { year: 2026, month: 3, day: 1, hour: 8, minute: 5, second: 9 }],
    ['1950', { year: 1950 }],
    ['03.1950', { year: 1950, month: 3 }],
    ['3/1950', { year: 1950, month: 3 }],
  ])('reads %j', (text, expected) => {
    expect(parsePartnerDate(text)).toEqual(expected);
  });

  it.each([
    '',
    'hôm qua',
    '31/02/2026',
    '00/01/2026',
    '01/13/2026',
    '2026-13-01',
    '20261301',
    '01/03/26',
    '0000',
    '99999',
    '01/03/2026 25:00:00',
    '13.2026',
  ])('refuses %j', (text) => {
    expect(parsePartnerDate(text)).toBeUndefined();
  });

  it.each<[DateForm, string, string, string]>([
    ['dd/MM/yyyy', '01/03/2026', '03/2026', '2026'],
    ['dd/MM/yyyy HH:mm:ss', '01/03/2026 08:05:00', '03/2026', '2026'],
    ['dd.MM.yyyy', '01.03.2026', '03.2026', '2026'],
    ['yyyyMMdd', '20260301', '202603', '2026'],
    ['yyyyMMddHHmm', '202603010805', '202603', '2026'],
    ['yyyyMMddHHmmss', '20260301080500', '202603', '2026'],
    ['yyyy-MM-dd', '2026-03-01', '2026-03', '2026'],
  ])('writes %s, partial dates only as far as they go', (form, whole, month, year) => {
    expect(formatPartnerDate({ year: 2026, month: 3, day: 1, hour: 8, minute: 5 }, form)).toBe(whole);
    expect(formatPartnerDate({ year: 2026, month: 3 }, form)).toBe(month);
    expect(formatPartnerDate({ year: 2026 }, form)).toBe(year);
  });

  it('is in local time UTC+7', () => {
    expect(formatInstant(new Date('2026-12-31T20:00:00Z'), 'dd/MM/yyyy HH:mm:ss')).toBe('01/01/2027 03:00:00');
    expect(instantOf({ year: 2027, month: 1, day: 1, hour: 3 })).toEqual(new Date('2026-12-31T20:00:00Z'));
    expect(instantOf({ year: 2027, month: 1 })).toBeUndefined();
  });

  it('a deadline that is a day ends at 17:00:00, one that is an instant stays', () => {
    expect(formatDeadline('2026-03-11', 'dd/MM/yyyy HH:mm:ss')).toBe('11/03/2026 17:00:00');
    expect(formatDeadline('2026-03-11T16:30:00+07:00', 'dd/MM/yyyy HH:mm:ss')).toBe('11/03/2026 16:30:00');
    expect(() => formatDeadline('tomorrow', 'dd/MM/yyyy')).toThrow(RangeError);
  });

  it('reads back every second that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (second) => {
        const at = new Date(second * 1_000);
        for (const form of ['dd/MM/yyyy HH:mm:ss', 'yyyyMMddHHmmss'] as const) {
          const date = parsePartnerDate(formatInstant(at, form));
          expect(date && instantOf(date)).toEqual(at);
        }
      }),
      { numRuns: 300 },
    );
  });
});
