import type { Queryable } from '#platform';
import { countOpenKinds, type KindCount } from '../adapters/quarantine-groups';
import type { Units } from '../adapters/quarantine-store';
import {
  groupKeyOf,
  quarantineCauseOf,
  type ExplainedQuarantineCause,
  type QuarantineCause,
} from '../domain/quarantine-causes';

/** Open items with one cause: one source, stage, reason and field. */
export interface QuarantineGroup extends KindCount {
  /** Stable as long as source, stage, reason and field are the same. */
  key: string;
  /** Null: nobody has described it yet. */
  cause: ExplainedQuarantineCause | null;
}

/** All open items of the caller's communes by cause, the largest group first. Whose side must act is what the cause says, else what the
 *  items say. */
export async function groupQuarantine(
  tx: Queryable,
  causes: readonly QuarantineCause[],
  units: Units = null,
): Promise<QuarantineGroup[]> {
  const kinds = await countOpenKinds(tx, units);
  return kinds
    .map((kind) => {
      const cause = quarantineCauseOf(kind, causes) ?? null;
      return { ...kind, key: groupKeyOf(kind), cause, responsible: cause?.responsible ?? kind.responsible };
    })
    .sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}
