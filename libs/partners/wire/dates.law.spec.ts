import fc from 'fast-check';
import { LAW_SEED, lawRun } from '#testing';
import { formatPartnerDate, instantOf, parsePartnerDate, type DateForm, type PartnerDate } from './dates';

const RUN = lawRun(200, 20_000);
const two = (value: number): string => String(value).padStart(2, '0');

/** Days of a month by the rule of the calendar, written down apart from the code under test. */
function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

const year = fc.integer({ min: 1000, max: 9999 });
const month = fc.integer({ min: 1, max: 12 });
const day = fc
  .record({ year, month, share: fc.double({ min: 0, max: 0.999_999, noNaN: true }) })
  .map(({ year: y, month: m, share }) => ({ year: y, month: m, day: 1 + Math.floor(share * daysIn(y, m)) }));
const second = fc
  .record({
    day,
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
  })
  .map(({ day: date, ...time }) => ({ ...date, ...time }));
const padding = fc.constantFrom('', ' ', '  ', '\t', '\u00a0', '\n');

type Second = Required<PartnerDate>;

/** Every form of Q09 that names a second, or as much of it as the form has room for. */
const WRITERS: readonly (readonly [form: string, write: (date: Second) => string, read: (keyof PartnerDate)[]])[] = [
  ['dd/MM/yyyy', (d) => `${two(d.day)}/${two(d.month)}/${d.year}`, ['year', 'month', 'day']],
  ['d/M/yyyy', (d) => `${d.day}/${d.month}/${d.year}`, ['year', 'month', 'day']],
  ['dd.MM.yyyy', (d) => `${two(d.day)}.${two(d.month)}.${d.year}`, ['year', 'month', 'day']],
  ['yyyyMMdd', (d) => `${d.year}${two(d.month)}${two(d.day)}`, ['year', 'month', 'day']],
  ['yyyy-MM-dd', (d) => `${d.year}-${two(d.month)}-${two(d.day)}`, ['year', 'month', 'day']],
  ['month.year', (d) => `${two(d.month)}.${d.year}`, ['year', 'month']],
  ['month/year', (d) => `${two(d.month)}/${d.year}`, ['year', 'month']],
  ['year only', (d) => String(d.year), ['year']],
  [
    'yyyyMMddHHmm',
    (d) => `${d.year}${two(d.month)}${two(d.day)}${two(d.hour)}${two(d.minute)}`,
    ['year', 'month', 'day', 'hour', 'minute'],
  ],
  [
    'yyyyMMddHHmmss',
    (d) => `${d.year}${two(d.month)}${two(d.day)}${two(d.hour)}${two(d.minute)}${two(d.second)}`,
    ['year', 'month', 'day', 'hour', 'minute', 'second'],
  ],
  [
    'dd/MM/yyyy HH:mm:ss',
    (d) => `${two(d.day)}/${two(d.month)}/${d.year} ${two(d.hour)}:${two(d.minute)}:${two(d.second)}`,
    ['year', 'month', 'day', 'hour', 'minute', 'second'],
  ],
];

const ZONED: (typeof WRITERS)[number] = [
  'ISO +0000',
  (d) => `${d.year}-${two(d.month)}-${two(d.day)}T${two(d.hour)}:${two(d.minute)}:${two(d.second)}+0000`,
  ['year', 'month', 'day', 'hour', 'minute', 'second'],
];

function only(date: Second, parts: readonly (keyof PartnerDate)[]): Partial<PartnerDate> {
  return Object.fromEntries(parts.map((part) => [part, date[part]]));
}

describe(`laws of partner dates, seed ${LAW_SEED}`, () => {
  it.each(WRITERS)(
    '%s: reads what is written and adds nothing, spaces round it or not [Q09]',
    (_form, write, parts) => {
      fc.assert(
        fc.property(second, padding, padding, (date, before, after) => {
          expect(parsePartnerDate(`${before}${write(date)}${after}`)).toEqual(only(date, parts));
        }),
        RUN,
      );
    },
  );

  it.each([...WRITERS.filter(([, , parts]) => parts.includes('day')), ZONED])(
    '%s: a day that the month does not have is no date, and is not carried into the next month [Q09]',
    (_form, write) => {
      fc.assert(
        fc.property(second, fc.integer({ min: 1, max: 9 }), (date, over) => {
          const impossible = { ...date, day: daysIn(date.year, date.month) + over };
          expect(parsePartnerDate(write(impossible))).toBeUndefined();
        }),
        RUN,
      );
    },
  );

  it.each([...WRITERS.filter(([, , parts]) => parts.includes('month')), ZONED])(
    '%s: there is no month 0 and none after 12 [Q09]',
    (_form, write) => {
      fc.assert(
        fc.property(second, fc.constantFrom(0, 13, 14, 99), (date, wrong) => {
          expect(parsePartnerDate(write({ ...date, day: 1, month: wrong }))).toBeUndefined();
        }),
        RUN,
      );
    },
  );

  it('ISO with a zone is the same instant in local time, +0000 without a colon too [Q09]', () => {
    const offset = fc.integer({ min: -12 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(second, offset, fc.constantFrom('', ':'), (date, minutes, colon) => {
        const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${colon}${two(Math.abs(minutes) % 60)}`;
        const text = `${date.year}-${two(date.month)}-${two(date.day)}T${two(date.hour)}:${two(date.minute)}:${two(date.second)}${zone}`;
        const wall = Date.UTC(date.year, date.month - 1, date.day, date.hour, date.minute, date.second);
        const read = parsePartnerDate(text);
        expect(read && instantOf(read)).toEqual(new Date(wall - minutes * 60_000));
      }),
      RUN,
    );
  });

  it.each<[DateForm, boolean]>([
    ['dd/MM/yyyy', true],
    ['dd.MM.yyyy', true],
    ['yyyyMMdd', false],
    ['yyyy-MM-dd', false],
  ])('%s: what we write of a partial date is read as the same date, or not at all [Q09]', (form, isRead) => {
    const partial = fc.oneof<fc.Arbitrary<PartnerDate>[]>(day, fc.record({ year, month }), fc.record({ year }));
    fc.assert(
      fc.property(partial, (date) => {
        const read = parsePartnerDate(formatPartnerDate(date, form));
        if (isRead || date.month === undefined || date.day !== undefined) expect(read).toEqual(date);
        else expect(read).toBeUndefined();
      }),
      RUN,
    );
  });

  it('any text is a date of the calendar or none, and a partial one has no instant [Q09]', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789/.-: TZ+'.split('')), maxLength: 26 });
    fc.assert(
      fc.property(fc.oneof(digits, fc.string({ unit: 'binary' })), (text) => {
        const read = parsePartnerDate(text);
        if (read === undefined) return;
        expect(read.month === undefined || (read.month >= 1 && read.month <= 12)).toBe(true);
        expect(read.day === undefined || read.day <= daysIn(read.year, read.month!)).toBe(true);
        expect(instantOf(read) === undefined).toBe(read.day === undefined);
      }),
      lawRun(1_500, 50_000),
    );
  });
});
