import type { Checkpoint } from '../../tlog/checkpoint';
import type { TreeHead } from '../../tlog/proofs';
import { hadOverlap, type LogKey } from '../../tlog/key-chain';
import type { NoteVerifier } from '../../tlog/signed-note';
import { TILE_WIDTH } from '../../tlog/tiles';
import type { Claim, Finding } from '../findings';
import type { FileReader } from '../ports';
import { leafHashesOf } from './bundle';
import { isSeenBefore, readCheckpoint } from './check-notes';
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

/** Who can speak for an older checkpoint. */
interface Speakers {
  keys: readonly LogKey[];
  witnesses: readonly NoteVerifier[];
}

/** What an older checkpoint is worth. `doubtful`: it is signed only by a key that the log had replaced by then and that still signed for a time, as a witness
 *  keeps it that knew no other; or by who stole that key since. Where it agrees it is welcome, where it does not it accuses nobody. */
interface OlderHead extends Checkpoint {
  isDoubtful: boolean;
}

/** Whether the entries at hand begin with those that an older checkpoint was signed for. */
export function checkOlder(older: OlderCheckpoint, speakers: Speakers, { source, tree }: LogAtHand): Claim | Finding {
  const { name: file } = older;
  const head = signedHead(older, speakers);
  if ('code' in head) return head;
  const { size, root } = head;
  if (size > tree.size) return contradiction(head, 'shrunk', file);
  const tail = { tile: Math.floor(size / TILE_WIDTH), width: size % TILE_WIDTH, size: tree.size };
  const hashes = leafHashesOf(source, tail);
  const isBegin = hashes !== undefined && tree.rootAt(size, hashes).equals(root);
  return isBegin ? { code: 'older', size } : contradiction(head, 'not-consistent', file);
}

/** The same for a checkpoint that the folder itself keeps: it proves no more than the folder does.
 *  @returns undefined for the one that the folder is of, which is not an older one */
export function checkKept(
  older: OlderCheckpoint,
  speakers: Speakers,
  { head, ...log }: LogAtHand & { head: TreeHead },
): Claim | Finding | undefined {
  if (compareOlder(older, speakers, head)?.code === 'older') return undefined;
  const result = checkOlder(older, speakers, log);
  return result.code === 'older' ? { ...result, code: 'kept' } : result;
}

/** The same for a file that holds no tree: only a checkpoint of its size can be compared.
 *  @returns undefined for one of another size */
export function compareOlder(older: OlderCheckpoint, speakers: Speakers, now: TreeHead): Claim | Finding | undefined {
  const { name: file } = older;
  const head = signedHead(older, speakers);
  if ('code' in head) return head;
  if (head.size !== now.size) return undefined;
  return Buffer.compare(head.root, now.root) === 0
    ? { code: 'older', size: head.size }
    : contradiction(head, 'not-consistent', file);
}

function contradiction({ isDoubtful }: OlderHead, code: 'shrunk' | 'not-consistent', file: string): Finding {
  return { code: isDoubtful ? 'key-retired' : code, file };
}

/** @returns what is wrong with one that counts for nothing */
function signedHead({ name: file, text }: OlderCheckpoint, { keys, witnesses }: Speakers): OlderHead | Finding {
  const read = readCheckpoint(text, keys);
  if (read !== undefined && read.problem === undefined) return { ...read.checkpoint, isDoubtful: false };
  if (read?.problem !== 'key-retired') return { code: 'older-foreign', file };
  const overlapping = read.signing.filter(hadOverlap);
  // A witness keeps the line of the key that it knows. One that was not to sign any more is in other hands.
  if (overlapping.length === 0) return { code: 'key-retired', file };
  const untilMs = Math.max(...overlapping.map(({ replaced }) => Date.parse(replaced!.until)));
  return { ...read.checkpoint, isDoubtful: !isSeenBefore(read.note, witnesses, untilMs) };
}
