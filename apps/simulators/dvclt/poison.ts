import type { SimCase } from '../cases/sim-case';
import type { World } from '../world';

/** A procedure and a commune that no table knows (Q43). */
export const POISON_PROCEDURE = '9.999999';
const POISON_UNIT = '98765';

/** What is wrong with the item that heads the list. */
export const POISONS: readonly string[] = ['procedure', 'unit', 'detail'];

export interface Poison {
  readonly simCase: SimCase;
  /** See nestingOf; undefined where the detail is right. */
  readonly nesting?: string;
}

/** An item that nobody can map: an unknown procedure, an unknown commune, or a detail that ends too early. */
export function poisonOf(kind: string, world: World): Poison {
  const [simCase] = world.generator.generate({
    kind: 'birth',
    count: 1,
    scenario: kind === 'procedure' ? 'poison-first' : 'happy-path',
    seed: world.random.seed,
  });
  if (kind === 'unit') return { simCase: { ...simCase, unit: POISON_UNIT } };
  return kind === 'detail' ? { simCase, nesting: 'cut-json' } : { simCase };
}
