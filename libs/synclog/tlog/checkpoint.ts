import type { TreeHead } from './proofs';
import { HASH_BYTES } from './tree-hash';

/** What a log says of itself at a moment. */
export interface Checkpoint extends TreeHead {
  origin: string;
}

/** The note's text (C2SP tlog-checkpoint). */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Reads the text of a note; further lines are extensions, which say nothing to us.
 *  @throws TypeError when it is no checkpoint */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, count, base64] = text.split('\n');
  const root = Buffer.from(base64 ?? '', 'base64');
  const size = /^(0|[1-9]\d{0,15})$/.test(count ?? '') ? Number(count) : Number.NaN;
  const isRoot = root.length === HASH_BYTES && root.toString('base64') === base64;
  if (!origin || !Number.isSafeInteger(size) || !isRoot) throw new TypeError('no checkpoint');
  return { origin, size, root };
}
