import type { CaseFacts, CaseOrder } from '../cases/case-generator';
import { CaseScriptError, readScript, type CaseScript } from '../cases/case-script';
import { SCENARIOS, scenarioFaults, type Scenario } from '../cases/scenarios';
import type { CaseKind, SimCase } from '../cases/sim-case';
import type { DvcltSystem } from '../dvclt/dvclt-system';
import type { FaultRegistry } from '../faults/fault-registry';
import { SWITCHES } from '../faults/switches';
import { readSlashDateTime } from '../server/date-formats';
import { fieldsOf, type Fields } from '../server/fields';
import type { World } from '../world';

/** What is wrong with an order of cases, in words for the person who placed it. */
export class CaseOrderError extends Error {}

const MAX_COUNT = 100_000;

/** Reads `{"kind","count","scenario","seed","script"?,"procedureCode"?,"unit"?,"receivedAt"?,"content"?}`; count 1, scenario
 *  happy-path and the given seed by default. @throws CaseOrderError naming the field */
export function readOrder(body: unknown, defaultSeed: number): CaseOrder {
  const fields = fieldsOf(body);
  const { kind, count, scenario, seed = defaultSeed } = fields;
  if (kind !== 'birth' && kind !== 'death') throw new CaseOrderError('kind: birth or death');
  if (!Number.isInteger(seed)) throw new CaseOrderError('seed: an integer');
  return {
    kind,
    count: readCount(count ?? 1),
    scenario: readScenario(scenario ?? 'happy-path', kind),
    seed: Number(seed),
    ...(fields['script'] === undefined ? {} : { script: scriptIn(fields['script']) }),
    facts: factsIn(fields),
  };
}

function scriptIn(given: unknown): CaseScript {
  try {
    return readScript(given);
  } catch (error) {
    if (error instanceof CaseScriptError) throw new CaseOrderError(error.message);
    throw error;
  }
}

const FACT_FORMS: Readonly<Record<Exclude<keyof CaseFacts, 'content'>, (text: string) => boolean>> = {
  procedureCode: (text) => /^\d\.\d{6}/.test(text),
  unit: (text) => /^\d{5}$/.test(text),
  receivedAt: (text) => readSlashDateTime(text) !== null,
};

function factsIn(fields: Fields): CaseFacts {
  const facts: Record<string, unknown> = {};
  for (const [name, isRight] of Object.entries(FACT_FORMS)) {
    const value = fields[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || !isRight(value)) throw new CaseOrderError(`${name}: not in its form`);
    facts[name] = value;
  }
  const content = fields['content'];
  if (content !== undefined) facts['content'] = leavesIn(fieldsOf(content));
  return facts;
}

function leavesIn(content: Fields): Record<string, string> {
  const isText = Object.values(content).every((leaf) => typeof leaf === 'string');
  if (!isText) throw new CaseOrderError('content: leaves are text');
  return content as Record<string, string>;
}

function readCount(count: unknown): number {
  if (Number.isInteger(count) && Number(count) >= 1 && Number(count) <= MAX_COUNT) return Number(count);
  throw new CaseOrderError(`count: an integer from 1 to ${MAX_COUNT}`);
}

function readScenario(scenario: unknown, kind: CaseKind): Scenario {
  const known = SCENARIOS.find((name) => name === scenario);
  if (known === undefined) throw new CaseOrderError(`scenario: one of ${SCENARIOS.join(', ')}`);
  if (known === 'twins' && kind !== 'birth') throw new CaseOrderError('scenario: twins are births');
  return known;
}

/** Makes the cases, switches on the faults of their scenario for each of them, and files them at DVCLT. */
export function placeOrder(
  order: CaseOrder,
  to: { world: World; faults: FaultRegistry; dvclt: DvcltSystem },
): SimCase[] {
  const cases = to.world.generator.generate(order);
  cases.forEach((simCase, index) => {
    to.world.cases.add(simCase);
    for (const { isWide, ...fault } of scenarioFaults(order.scenario, index, simCase.unit)) {
      const value = fault.value ?? SWITCHES[fault.switch]?.defaultValue;
      to.faults.add({ ...fault, value, code: isWide === true ? undefined : simCase.code });
    }
    to.dvclt.submit(simCase);
  });
  return cases;
}
