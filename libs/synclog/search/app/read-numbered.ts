import type { Queryable } from '#platform';
import { readLeaves } from '../adapters/leaf-store';
import { readExtent } from '../adapters/posting-store';
import { readLogged } from '../domain/logged-entry';
import type { FoundEntry } from './find-entries';

/** The entry at a leaf, and whether it is sealed; undefined when no entry has this number yet. */
export async function readNumbered(
  tx: Queryable,
  index: number,
): Promise<(FoundEntry & { isSealed: boolean }) | undefined> {
  const [leaf] = await readLeaves(tx, [index]);
  if (leaf === undefined) return undefined;
  const { size } = await readExtent(tx);
  return { ...leaf, entry: readLogged(leaf.bytes), isSealed: index < size };
}
