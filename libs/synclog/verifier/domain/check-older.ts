import type { NoteVerifier } from '../../tlog/signed-note';
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

/** Whether the entries at hand begin with those that an older checkpoint was signed for. */
export function checkOlder(
  { name, text }: OlderCheckpoint,
  key: NoteVerifier,
  { source, tree }: { source: FileReader; tree: ComputedTree },
): Claim | Finding {
  const read = readCheckpoint(text, key);
  if (read === undefined || read.problem !== undefined) return { code: 'older-foreign', file: name };
  const { size, root } = read.checkpoint;
  if (size > tree.size) return { code: 'shrunk', file: name };
  const tail = { tile: Math.floor(size / TILE_WIDTH), width: size % TILE_WIDTH, size: tree.size };
  const hashes = leafHashesOf(source, tail);
  const isBegin = hashes !== undefined && tree.rootAt(size, hashes).equals(root);
  return isBegin ? { code: 'older', size } : { code: 'not-consistent', file: name };
}
