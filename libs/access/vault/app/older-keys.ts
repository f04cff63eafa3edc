import type { MasterKeys } from '../ports';

/** Master keys made before the current one. A newer one is prepared, and may be the current key of another machine already: what hangs on it is
 *  nothing to be wrapped back. */
export function olderKeys({ ids, currentId }: Pick<MasterKeys, 'ids' | 'currentId'>): readonly string[] {
  return ids.slice(0, ids.indexOf(currentId));
}
