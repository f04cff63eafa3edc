import type { LogSource } from '../../archive/ports';
import { readExtent } from '../adapters/posting-store';
import { readLogged } from '../domain/logged-entry';
import type { FoundEntry } from './find-entries';
import { readLeaves } from './read-leaves';

/** The entry at a leaf, and whether it is sealed; undefined when no entry has this number yet. */
export async function readNumbered(
  source: LogSource,
  index: number,
): Promise<(FoundEntry & { isSealed: boolean }) | undefined> {
  const [leaf] = await readLeaves(source, [index]);
  if (leaf === undefined) return undefined;
  const { size } = await readExtent(source.tx);
  return { ...leaf, entry: readLogged(leaf.bytes), isSealed: index < size };
}
