import type { Checkpoint } from '../../tlog/checkpoint';
import type { TreeHead } from '../../tlog/proofs';
import type { LogKey } from '../../tlog/key-chain';
import { TILE_WIDTH } from '../../tlog/tiles';
import type { Claim, Finding } from '../findings';
import type { FileReader } from '../ports';
import { leafHashesOf } from './bundle';
import { readCheckpoint } from './check-notes';
import type { ComputedTree } from './computed-tree';

/** A checkpoint that somebody kept, under a name for the report. */
export interface OlderCheckpoint {
  name: string;
  text: string;
}

/** The entries of a log: their files, and the tree that they come to. */
interface LogAtHand {
  source: FileReader;
  tree: ComputedTree;
}

/** Whether the entries at hand begin with those that an older checkpoint was signed for. */
export function checkOlder(
  older: OlderCheckpoint,
  keys: readonly LogKey[],
  { source, tree }: LogAtHand,
): Claim | Finding {
  const { name: file } = older;
  const head = signedHead(older, keys);
  if (head === undefined) return { code: 'older-foreign', file };
  const { size, root } = head;
  if (size > tree.size) return { code: 'shrunk', file };
  const tail = { tile: Math.floor(size / TILE_WIDTH), width: size % TILE_WIDTH, size: tree.size };
  const hashes = leafHashesOf(source, tail);
  const isBegin = hashes !== undefined && tree.rootAt(size, hashes).equals(root);
  return isBegin ? { code: 'older', size } : { code: 'not-consistent', file };
}

/** The same for a checkpoint that the folder itself keeps: it proves no more than the folder does.
 *  @returns undefined for the one that the folder is of, which is not an older one */
export function checkKept(
  older: OlderCheckpoint,
  keys: readonly LogKey[],
  { head, ...log }: LogAtHand & { head: TreeHead },
): Claim | Finding | undefined {
  if (compareOlder(older, keys, head)?.code === 'older') return undefined;
  const result = checkOlder(older, keys, log);
  return result.code === 'older' ? { ...result, code: 'kept' } : result;
}

/** The same for a file that holds no tree: only a checkpoint of its size can be compared.
 *  @returns undefined for one of another size */
export function compareOlder(
  older: OlderCheckpoint,
  keys: readonly LogKey[],
  now: TreeHead,
): Claim | Finding | undefined {
  const { name: file } = older;
  const head = signedHead(older, keys);
  if (head === undefined) return { code: 'older-foreign', file };
  if (head.size !== now.size) return undefined;
  return Buffer.compare(head.root, now.root) === 0
    ? { code: 'older', size: head.size }
    : { code: 'not-consistent', file };
}

function signedHead({ text }: OlderCheckpoint, keys: readonly LogKey[]): Checkpoint | undefined {
  const read = readCheckpoint(text, keys);
  // A witness keeps the line of the key that it knows; what it adds here can only speak against the log.
  const isOwn = read?.problem === undefined || read.problem === 'key-retired';
  return isOwn ? read?.checkpoint : undefined;
}
