import type { SystemId } from '../server/systems';

/** One switch: where it exists, what its value may be, what it does. */
export interface Switch {
  readonly systems: readonly SystemId[];
  /** Operations in which it can do anything; every one of the system where absent. */
  readonly operations?: readonly string[];
  /** The value that a rule without one means. */
  readonly defaultValue: unknown;
  accepts(value: unknown): boolean;
  /** One line for the refusal, the panel and the README. */
  readonly meaning: string;
}

type Accepts = Switch['accepts'];

export const isTrue: Accepts = (value) => value === true;
export const isTrueOrFalse: Accepts = (value) => typeof value === 'boolean';
export const isCount: Accepts = (value) => Number.isInteger(value) && Number(value) >= 0;
export const isText: Accepts = (value) => typeof value === 'string' && value !== '';

export function oneOf(...allowed: readonly string[]): Accepts {
  return (value) => typeof value === 'string' && allowed.includes(value);
}

export function either(...ways: readonly Accepts[]): Accepts {
  return (value) => ways.some((way) => way(value));
}
