import { SYSTEMS, type SystemId } from '../server/systems';
import { fieldsOf, textOf, type Fields } from '../server/fields';
import { SWITCHES } from './switches';

/** One element of `POST /_sim/faults` (CONTRACTS §5). */
export interface FaultRule {
  readonly system: SystemId;
  /** Name of the operation; `*` for every one in which the switch can act. */
  readonly operation: string;
  readonly switch: string;
  readonly value: unknown;
  /** Fires with this probability, 0 to 1. */
  readonly rate?: number;
  /** Fires once, in the n-th call that the rule matches, counted from 1. */
  readonly nth?: number;
  /** Matches only calls about this dossier, by either of its codes. */
  readonly code?: string;
  /** Ends after so many firings (number) or at a time (RFC 3339). */
  readonly until?: number | string;
  readonly seed?: number;
}

/** What is wrong with a posted rule, in words for the person who posted it. */
export class FaultRuleError extends Error {}

/** Reads one posted rule. @throws FaultRuleError naming the field and what is allowed */
export function readFaultRule(given: unknown, operationsOf: (system: SystemId) => readonly string[]): FaultRule {
  const fields = fieldsOf(given);
  const system = readSystem(fields);
  const name = readSwitch(fields, system);
  const { accepts, defaultValue, meaning } = SWITCHES[name];
  const operation = readOperation(fields, name, { system, served: operationsOf(system) });
  const value = fields['value'] ?? defaultValue;
  if (!accepts(value)) throw new FaultRuleError(`value of ${name}: ${meaning}`);
  return { system, operation, switch: name, value, ...readTrigger(fields) };
}

/** One of the system, and one in which the switch can act; `connection` is before every call. */
function readOperation(fields: Fields, name: string, of: { system: SystemId; served: readonly string[] }): string {
  const operation = textOf(fields['operation']) ?? '*';
  const isReal = (known: string) => of.served.includes(known) || known === 'connection';
  const acting = (SWITCHES[name].operations ?? of.served).filter(isReal);
  if (operation === '*' || acting.includes(operation)) return operation;
  const isServed = of.served.includes(operation);
  const known = isServed ? `${name} acts in ${acting.join(', ')}` : `${of.system} knows ${of.served.join(', ')} and *`;
  throw new FaultRuleError(`operation: ${known}`);
}

function readSystem(fields: Fields): SystemId {
  const system = SYSTEMS.find((known) => known === fields['system']);
  if (system === undefined) throw new FaultRuleError(`system: one of ${SYSTEMS.join(', ')}`);
  return system;
}

function readSwitch(fields: Fields, system: SystemId): string {
  const name = textOf(fields['switch']) ?? '';
  if (!Object.hasOwn(SWITCHES, name) || !SWITCHES[name].systems.includes(system)) {
    const known = Object.entries(SWITCHES).filter(([, known]) => known.systems.includes(system));
    throw new FaultRuleError(`switch: ${system} knows ${known.map(([known]) => known).join(', ')}`);
  }
  return name;
}

function readTrigger(fields: Fields): Pick<FaultRule, 'rate' | 'nth' | 'code' | 'until' | 'seed'> {
  const { rate, nth, code, until, seed } = fields;
  checkTrigger(
    rate === undefined || (typeof rate === 'number' && rate >= 0 && rate <= 1),
    'rate: a number from 0 to 1',
  );
  checkTrigger(nth === undefined || (Number.isInteger(nth) && Number(nth) >= 1), 'nth: an integer from 1');
  checkTrigger(code === undefined || textOf(code) !== undefined, 'code: a dossier code');
  checkTrigger(until === undefined || isEnd(until), 'until: a count of firings or an RFC 3339 time');
  checkTrigger(seed === undefined || Number.isInteger(seed), 'seed: an integer');
  return { rate, nth, code, until, seed } as Pick<FaultRule, 'rate' | 'nth' | 'code' | 'until' | 'seed'>;
}

function isEnd(until: unknown): boolean {
  return typeof until === 'string' ? !Number.isNaN(Date.parse(until)) : Number.isInteger(until) && Number(until) >= 1;
}

function checkTrigger(isRight: boolean, message: string): void {
  if (!isRight) throw new FaultRuleError(message);
}
