import { isValidOn, type Dated } from '#dossier';

/** A unit of registration: five digits, leading zeros kept. */
export interface Unit extends Dated {
  code: string;
  name: string;
}

/** From a day on, `new` answers for what `old` answered for. */
interface Succession extends Dated {
  old: string;
  new: string;
}

/** Dated units and their changes, from `config/units.yaml`. */
export interface UnitCrossWalk {
  units: readonly Unit[];
  successors: readonly Succession[];
}

export type UnitResolution = { unit: string } | { failure: 'unit-unknown' | 'unit-ambiguous' };

/** Which unit a source means: the written number padded to five digits, valid on that day, or what took its place
 *  (CONTRACTS §1.3 *Intake*, Q28). Several successors are ambiguous, none is unknown; neither is ever guessed. */
export function resolveUnit(crossWalk: UnitCrossWalk, written: string, at: Date): UnitResolution {
  const isKnown = (code: string): boolean => crossWalk.units.some((unit) => unit.code === code && isValidOn(unit, at));
  const seen = new Set<string>();
  const found = new Set<string>();
  const follow = [written.trim().padStart(5, '0')];
  for (let code = follow.pop(); code !== undefined; code = follow.pop()) {
    if (seen.has(code)) continue;
    seen.add(code);
    if (isKnown(code)) found.add(code);
    else
      follow.push(
        ...crossWalk.successors
          .filter((change) => change.old === code && isValidOn(change, at))
          .map((change) => change.new),
      );
  }
  if (found.size > 1) return { failure: 'unit-ambiguous' };
  const [unit] = found;
  return unit === undefined ? { failure: 'unit-unknown' } : { unit };
}
