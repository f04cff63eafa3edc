import type { FiredFaults } from '../faults/fired-faults';
import type { Fields } from '../server/fields';

/** Shapes of names of Q35 as `nameShape` writes them. */
export const NAME_SHAPES: readonly string[] = ['capitals', 'padded', 'empty', 'absent'];
/** Spellings of booleans of Q27 as `boolVariant` writes them. */
export const BOOL_VARIANTS: readonly string[] = ['text', 'digit', 'json'];

const PERSON_NAME = /HoTen$|^nguoiXuLy$/;

/** `capitals` and `padded` change names of people; `empty` gives "" for null; `absent` leaves empty elements out. */
export function withNameShape<T extends Fields>(fields: T, faults: FiredFaults): T {
  const shape = faults.text('nameShape');
  if (shape === undefined) return fields;
  const kept = Object.entries(fields).filter(([, value]) => shape !== 'absent' || (value !== '' && value !== null));
  return Object.fromEntries(kept.map(([name, value]) => [name, shaped(name, value, shape)])) as T;
}

function shaped(name: string, value: unknown, shape: string): unknown {
  if (shape === 'empty' && value === null) return '';
  if (typeof value !== 'string' || !PERSON_NAME.test(name)) return value;
  if (shape === 'capitals') return value.toLocaleUpperCase('vi');
  return shape === 'padded' ? ` ${value.replaceAll(' ', '  ')} ` : value;
}

/** A boolean that is written as 0 or 1, spelled as `boolVariant` says: "True"/"False", "0"/"1" or true/false. */
export function withBoolVariant(number: number, faults: FiredFaults): unknown {
  const variant = faults.text('boolVariant');
  if (variant === 'text') return number === 0 ? 'False' : 'True';
  if (variant === 'digit') return String(number);
  return variant === 'json' ? number !== 0 : number;
}
