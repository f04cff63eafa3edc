import type { Finding } from '../findings';

/** Entries from the first to the last, both within. */
export interface LeafRange {
  leaf: number;
  lastLeaf: number;
}

/** Entries one after the other become a range. @param leaves in their order */
export function rangesOf(leaves: readonly number[]): LeafRange[] {
  const ranges: LeafRange[] = [];
  for (const leaf of leaves) {
    const last = ranges.at(-1);
    if (last?.lastLeaf === leaf - 1) last.lastLeaf = leaf;
    else ranges.push({ leaf, lastLeaf: leaf });
  }
  return ranges;
}

/** The ranges that findings of a code name. */
export function rangesNamed(findings: readonly Finding[], wanted: Finding['code']): LeafRange[] {
  return findings.flatMap(({ code, leaf, lastLeaf }) =>
    code === wanted && leaf !== undefined && lastLeaf !== undefined ? [{ leaf, lastLeaf }] : [],
  );
}

/** The entries of a log that are in none of the ranges. @param size entries of the log */
export function complementOf(ranges: readonly LeafRange[], size: number): LeafRange[] {
  const left: LeafRange[] = [];
  let next = 0;
  for (const { leaf, lastLeaf } of [...ranges].sort((a, b) => a.leaf - b.leaf)) {
    if (leaf > next) left.push({ leaf: next, lastLeaf: leaf - 1 });
    next = Math.max(next, lastLeaf + 1);
  }
  if (next < size) left.push({ leaf: next, lastLeaf: size - 1 });
  return left;
}
