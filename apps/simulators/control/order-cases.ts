import type { CaseOrder } from '../cases/case-generator';
import { SCENARIOS, scenarioFaults, type Scenario } from '../cases/scenarios';
import type { CaseKind, SimCase } from '../cases/sim-case';
import type { DvcltSystem } from '../dvclt/dvclt-system';
import type { FaultRegistry } from '../faults/fault-registry';
import { SWITCHES } from '../faults/switches';
import { fieldsOf } from '../server/fields';
import type { World } from '../world';

/** What is wrong with an order of cases, in words for the person who placed it. */
export class CaseOrderError extends Error {}

const MAX_COUNT = 100_000;

/** Reads `{"kind","count","scenario","seed"}`; count 1, scenario happy-path and the given seed by default. */
export function readOrder(body: unknown, defaultSeed: number): CaseOrder {
  const { kind, count, scenario, seed = defaultSeed } = fieldsOf(body);
  if (kind !== 'birth' && kind !== 'death') throw new CaseOrderError('kind: birth or death');
  if (!Number.isInteger(seed)) throw new CaseOrderError('seed: an integer');
  return {
    kind,
    count: readCount(count ?? 1),
    scenario: readScenario(scenario ?? 'happy-path', kind),
    seed: Number(seed),
  };
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
    for (const fault of scenarioFaults(order.scenario, index)) {
      to.faults.add({ ...fault, code: simCase.code, value: fault.value ?? SWITCHES[fault.switch]?.defaultValue });
    }
    to.dvclt.submit(simCase);
  });
  return cases;
}
