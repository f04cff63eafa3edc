import type { SystemId } from '../server/systems';

/** One line of `GET /_sim/ledger` (CONTRACTS §5): effects, never calls. */
export interface EffectLine {
  readonly system: SystemId;
  readonly kind: string;
  readonly code: string;
  readonly count: number;
  /** RFC 3339, UTC, one per effect. */
  readonly at: readonly string[];
  /** What happened in sequence, for kinds that have a sequence (statuses, decisions, file names). */
  readonly order: readonly (number | string)[];
}

interface Effects {
  readonly kind: string;
  readonly code: string;
  readonly atMs: number[];
  readonly order: (number | string)[];
}

/**
 * The business effects that a system really had. A refused or repeated call leaves no trace here.
 *
 * | system | kind | code | one effect is |
 * | --- | --- | --- | --- |
 * | dvclt | acknowledged | DVCLT code | the dossier left the list (a supplement leaves it again) |
 * | dvclt | status | DVCLT code | an accepted status; `order` = the statuses |
 * | hotich | received | one-stop code | a push stored (1, or 2 with a supplement) |
 * | hotich | status | one-stop code | a change of state; `order` = the states |
 * | hotich | registration | one-stop code | an entry in the registry: exactly 1 per case |
 * | hotich | duplicate-registration | DVCLT code | a second registration of one DVCLT dossier: must never occur |
 * | dvcqg | dossier | one-stop code | a dossier created |
 * | dvcqg | status | one-stop code | the dossier's state changed; `order` = the states |
 * | dvcqg | progress | one-stop code | a new row of progress; `order` = the rows' states |
 * | dvcqg | file-fetched, file-failed | one-stop code | a file taken from its URL, or not; `order` = the reason of a failure |
 * | onestop | dossier, supplement | one-stop code | a dossier received, its changed content received |
 * | onestop | status | one-stop code | a change of state; `order` = the states |
 * | onestop | decision | one-stop code | a decision that the gateway took (202); `order` = the decisions |
 * | onestop | decision-failed | one-stop code | a decision given up; `order` = the reasons |
 */
export class EffectLedger {
  private readonly bySystem = new Map<SystemId, Map<string, Effects>>();

  constructor(private readonly now: () => number) {}

  record(system: SystemId, kind: string, code: string, step?: number | string): void {
    const lines = this.linesOf(system);
    const key = `${kind} ${code}`;
    let effects = lines.get(key);
    if (effects === undefined) {
      effects = { kind, code, atMs: [], order: [] };
      lines.set(key, effects);
    }
    effects.atMs.push(this.now());
    if (step !== undefined) effects.order.push(step);
  }

  list(filter: { system?: string | null; kind?: string | null; code?: string | null }): EffectLine[] {
    const found: EffectLine[] = [];
    for (const [system, lines] of this.bySystem) {
      if (filter.system && filter.system !== system) continue;
      for (const effects of lines.values()) {
        if (filter.kind && filter.kind !== effects.kind) continue;
        if (filter.code && filter.code !== effects.code) continue;
        found.push(lineOf(system, effects));
      }
    }
    return found;
  }

  /** Lines and effects per system and kind, for the panel. */
  totals(): { system: SystemId; kind: string; codes: number; effects: number }[] {
    const sums = new Map<string, { system: SystemId; kind: string; codes: number; effects: number }>();
    for (const [system, lines] of this.bySystem) {
      for (const { kind, atMs } of lines.values()) {
        const sum = sums.get(`${system} ${kind}`) ?? { system, kind, codes: 0, effects: 0 };
        sum.codes += 1;
        sum.effects += atMs.length;
        sums.set(`${system} ${kind}`, sum);
      }
    }
    return [...sums.values()];
  }

  private linesOf(system: SystemId): Map<string, Effects> {
    let lines = this.bySystem.get(system);
    if (lines === undefined) {
      lines = new Map();
      this.bySystem.set(system, lines);
    }
    return lines;
  }
}

function lineOf(system: SystemId, { kind, code, atMs, order }: Effects): EffectLine {
  return { system, kind, code, count: atMs.length, at: atMs.map((at) => new Date(at).toISOString()), order };
}
