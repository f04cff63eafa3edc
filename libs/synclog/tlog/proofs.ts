import { nodeHash } from './tree-hash';

/** A range of entries whose root a proof lists; its length is a power of two, or it ends at the end of the tree. */
export interface EntryRange {
  from: number;
  to: number;
}

/** Largest power of two smaller than `count`; `count` at least 2. */
function splitOf(count: number): number {
  let size = 1;
  while (size * 2 < count) size *= 2;
  return size;
}

/** What an inclusion proof lists, from the leaf's side to the root's (RFC 6962 §2.1.1).
 *  @throws RangeError when the tree does not hold the entry */
export function inclusionRanges(index: number, size: number): EntryRange[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`entry ${index} of ${size}`);
  const ranges: EntryRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.unshift({ from: middle, to });
      to = middle;
    } else {
      ranges.unshift({ from, to: middle });
      from = middle;
    }
  }
  return ranges;
}

/** What a consistency proof lists, in its order (RFC 6962 §2.1.2); nothing for equal sizes and for an old size of 0.
 *  @throws RangeError when the old tree is the larger one */
export function consistencyRanges(oldSize: number, size: number): EntryRange[] {
  if (!(oldSize >= 0 && oldSize <= size)) throw new RangeError(`size ${oldSize} to size ${size}`);
  if (oldSize === 0 || oldSize === size) return [];
  const ranges: EntryRange[] = [];
  let [from, to] = [0, size];
  let isWhole = true;
  while (oldSize !== to) {
    const middle = from + splitOf(to - from);
    if (oldSize <= middle) {
      ranges.unshift({ from: middle, to });
      to = middle;
    } else {
      ranges.unshift({ from, to: middle });
      from = middle;
      isWhole = false;
    }
  }
  return isWhole ? ranges : [{ from, to }, ...ranges];
}

/** Checks that the leaf stands at the index of a tree with this size and root (RFC 9162 §2.1.3.2). */
export function isIncluded(
  leaf: Uint8Array,
  { index, size, proof }: { index: number; size: number; proof: readonly Uint8Array[] },
  root: Uint8Array,
): boolean {
  if (!(index >= 0 && index < size)) return false;
  const path = new Path(index, size - 1);
  let hash = leaf;
  for (const part of proof) {
    if (path.isAtRoot) return false;
    hash = path.takesLeft() ? nodeHash(part, hash) : nodeHash(hash, part);
    path.rise();
  }
  return path.isAtRoot && Buffer.compare(hash, root) === 0;
}

/** Size and root of a tree. */
export interface TreeHead {
  size: number;
  root: Uint8Array;
}

/** Checks that the old tree is the begin of the new one (RFC 9162 §2.1.4.2). */
export function isConsistent(old: TreeHead, now: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (old.size > now.size) return false;
  if (old.size === now.size) return proof.length === 0 && Buffer.compare(old.root, now.root) === 0;
  if (old.size === 0) return proof.length === 0;
  const roots = rootsOf(old.size, now.size, isPowerOfTwo(old.size) ? [old.root, ...proof] : proof);
  return roots !== undefined && Buffer.compare(roots[0], old.root) === 0 && Buffer.compare(roots[1], now.root) === 0;
}

/** Roots of both trees as the proof has them; undefined when it is too short or too long. */
function rootsOf(oldSize: number, size: number, parts: readonly Uint8Array[]): [Uint8Array, Uint8Array] | undefined {
  if (parts.length === 0) return undefined;
  const path = new Path(oldSize - 1, size - 1);
  path.skipRightTurns();
  let [first, second] = [parts[0], parts[0]];
  for (const part of parts.slice(1)) {
    if (path.isAtRoot) return undefined;
    if (path.takesLeft()) [first, second] = [nodeHash(part, first), nodeHash(part, second)];
    else second = nodeHash(second, part);
    path.rise();
  }
  return path.isAtRoot ? [first, second] : undefined;
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

/** The way from a node to the root of a tree whose last node on the same level is `last`. Sizes may be above 2³¹: no bit operations. */
class Path {
  constructor(
    private node: number,
    private last: number,
  ) {}

  get isAtRoot(): boolean {
    return this.last === 0;
  }

  /** Whether the next part of the proof stands on the left of this node. A lone node at the right edge first rises unchanged. */
  takesLeft(): boolean {
    if (this.node % 2 === 0 && this.node !== this.last) return false;
    while (this.node % 2 === 0 && this.node !== 0) this.rise();
    return true;
  }

  rise(): void {
    this.node = Math.floor(this.node / 2);
    this.last = Math.floor(this.last / 2);
  }

  skipRightTurns(): void {
    while (this.node % 2 === 1) this.rise();
  }
}
