import { isDecision, type Decision } from '../onestop/decision';
import { fieldsOf } from '../server/fields';

/** `hold`: the officer leaves the dossier on the desk until somebody decides by hand. */
export type CounterStep = Decision | 'hold';

/** What the officer of hộ tịch does next; each takes an officer's time. */
export const REGISTRY_STEPS = [
  'waiting',
  'processing',
  'completed',
  'completed-without-file',
  'completed-without-result',
  'completed-without-number',
  /** What a completed record lacked is there now (Q19). */
  'file-later',
  'number-later',
  'supplement',
  /** Asks once more without having got anything. */
  'supplement-again',
  'refused',
  'hold',
] as const;
export type RegistryStep = (typeof REGISTRY_STEPS)[number];

/** The citizen's answer to a request for a supplement: the changed dossier, the old one listed again, or nothing. */
const CITIZEN_STEPS = ['supplement', 'same', 'nothing'] as const;
type CitizenStep = (typeof CITIZEN_STEPS)[number];

/** What the people around one case do, in order; each step is taken off when it is done. Where a list ends, the officers go the
 *  happy way, and the citizen does nothing. */
export interface CaseScript {
  readonly oneStop: CounterStep[];
  readonly registry: RegistryStep[];
  readonly citizen: CitizenStep[];
}

/** A part of `script` that is no list of known steps. */
export class CaseScriptError extends Error {}

/** Reads `{"oneStop":[…],"registry":[…],"citizen":[…]}`, each optional. Without `citizen` every request gets its supplement.
 *  @throws CaseScriptError naming the part and what is allowed */
export function readScript(given: unknown): CaseScript {
  const parts = fieldsOf(given);
  const oneStop = listOf<CounterStep>('oneStop', parts['oneStop'], (step) => step === 'hold' || isDecision(step));
  const registry = listOf<RegistryStep>('registry', parts['registry'], (step) => isOneOf(REGISTRY_STEPS, step));
  const citizen = listOf<CitizenStep>('citizen', parts['citizen'], (step) => isOneOf(CITIZEN_STEPS, step));
  const isGiven = parts['citizen'] !== undefined;
  return { oneStop, registry, citizen: isGiven ? citizen : [...oneStop, ...registry].filter(isRequest).map(answer) };
}

/** The way of a scenario (quirks.md §3): in a supplement or refusal cases alternate between the one-stop and hộ tịch. */
export function scriptOf(scenario: string, index: number): CaseScript {
  const isCounter = index % 2 === 0;
  if (scenario === 'supplement')
    return readScript(isCounter ? { oneStop: ['request-supplement'] } : { registry: ['processing', 'supplement'] });
  if (scenario === 'refusal')
    return readScript(isCounter ? { oneStop: ['refuse'] } : { registry: ['processing', 'refused'] });
  return { oneStop: [], registry: [], citizen: [] };
}

function isRequest(step: string): boolean {
  return step === 'request-supplement' || step === 'supplement';
}

function answer(): CitizenStep {
  return 'supplement';
}

function listOf<T>(part: string, given: unknown, isStep: (step: unknown) => boolean): T[] {
  if (given === undefined) return [];
  if (!Array.isArray(given) || !given.every(isStep)) throw new CaseScriptError(`script.${part}: a list of known steps`);
  return [...(given as T[])];
}

export function isOneOf<T extends string>(allowed: readonly T[], step: unknown): step is T {
  return allowed.some((known) => known === step);
}
