import type { SystemId } from '../server/systems';
import { SeededRandom } from '../server/seeded-random';
import type { FaultRule } from './fault-rule';
import { FiredFaults } from './fired-faults';
import { SWITCHES } from './switches';

interface ActiveRule {
  readonly rule: FaultRule;
  readonly random: SeededRandom;
  seen: number;
  fired: number;
}

/**
 * The switched-on faults. Rules with a code are indexed by it, so that thousands of scripted dossiers cost a call nothing
 * but one look-up.
 */
export class FaultRegistry {
  private readonly general = new Map<SystemId, Set<ActiveRule>>();
  private readonly byCode = new Map<string, Set<ActiveRule>>();

  constructor(
    private readonly seed: number,
    private readonly now: () => number,
    /** All codes of the dossier that a code names. */
    private readonly aliasesOf: (code: string) => readonly string[],
  ) {}

  add(rule: FaultRule): void {
    const active = { rule, random: new SeededRandom(rule.seed ?? this.seed), seen: 0, fired: 0 };
    const [index, key] = rule.code === undefined ? [this.general, rule.system] : [this.byCode, rule.code];
    addTo(index, key, active);
  }

  clear(): void {
    this.general.clear();
    this.byCode.clear();
  }

  list(): (FaultRule & { seen: number; fired: number })[] {
    const groups = [...this.general.values(), ...this.byCode.values()];
    return groups.flatMap((group) => [...group].map(({ rule, seen, fired }) => ({ ...rule, seen, fired })));
  }

  /** Counts the call for every rule that it matches and tells which switches fire in it. */
  fire(system: SystemId, operation: string, codes: readonly string[]): FiredFaults {
    const candidates = this.candidates(system, codes);
    return this.fired(candidates.filter(({ rule }) => rule.system === system && concerns(rule, operation)));
  }

  /** The same for one row of an answer whose call names no dossier: only rules with the row's code. */
  fireForRow(system: SystemId, operation: string, code: string): FiredFaults {
    if (this.byCode.size === 0) return FiredFaults.none;
    const candidates = this.codedCandidates([code]).filter(({ rule }) => rule.system === system);
    return this.fired(candidates.filter(({ rule }) => isAbout(rule, operation) && concerns(rule, operation)));
  }

  private fired(candidates: readonly ActiveRule[]): FiredFaults {
    const firing = candidates.filter((active) => this.doesFire(active));
    if (firing.length === 0) return FiredFaults.none;
    return new FiredFaults(firing.map(({ rule }) => ({ name: rule.switch, value: rule.value, code: rule.code })));
  }

  private candidates(system: SystemId, codes: readonly string[]): ActiveRule[] {
    const general = this.general.get(system);
    if (this.byCode.size === 0) return general === undefined ? [] : [...general];
    return [...(general ?? []), ...this.codedCandidates(codes)];
  }

  private codedCandidates(codes: readonly string[]): ActiveRule[] {
    const names = new Set(codes.flatMap((code) => this.aliasesOf(code)));
    return [...names].flatMap((name) => [...(this.byCode.get(name) ?? [])]);
  }

  private doesFire(active: ActiveRule): boolean {
    const { rule } = active;
    if (typeof rule.until === 'string' && this.now() >= Date.parse(rule.until)) {
      this.remove(active);
      return false;
    }
    active.seen += 1;
    if (rule.nth !== undefined && active.seen !== rule.nth) return false;
    if (rule.rate !== undefined && !active.random.isHit(rule.rate)) return false;
    active.fired += 1;
    if (rule.nth !== undefined || active.fired === rule.until) this.remove(active);
    return true;
  }

  private remove(active: ActiveRule): void {
    const { code, system } = active.rule;
    const group = code === undefined ? this.general.get(system) : this.byCode.get(code);
    group?.delete(active);
    if (code !== undefined && group?.size === 0) this.byCode.delete(code);
  }
}

/** What a system does by itself, and connections before any call: only switches made for them act there. */
const WITHOUT_CALL: readonly string[] = ['decision', 'connection'];

function isAbout(rule: FaultRule, operation: string): boolean {
  return SWITCHES[rule.switch]?.operations?.includes(operation) === true;
}

/** A rule for every operation (`*`) counts only those in which its switch can act. */
function concerns(rule: FaultRule, operation: string): boolean {
  if (rule.operation !== '*') return rule.operation === operation;
  return SWITCHES[rule.switch]?.operations?.includes(operation) ?? !WITHOUT_CALL.includes(operation);
}

function addTo(index: Map<string, Set<ActiveRule>>, key: string, active: ActiveRule): void {
  const group = index.get(key);
  if (group === undefined) index.set(key, new Set([active]));
  else group.add(active);
}
