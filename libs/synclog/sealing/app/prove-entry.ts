import type { Queryable } from '#platform';
import { parseCheckpoint } from '../../tlog/checkpoint';
import { proofFile } from '../../tlog/proof-file';
import { inclusionRanges } from '../../tlog/proofs';
import { parseNote } from '../../tlog/signed-note';
import { readHead, readNewestCheckpoint } from '../adapters/tree-store';
import { RangeRoots } from './range-roots';

/** Proof that the newest checkpoint covers a leaf, as a C2SP tlog-proof: anybody who has the entry's leaf hash and the log's verifier key can check it
 *  offline.
 *  @returns undefined while no published checkpoint covers it */
export async function proveEntry(tx: Queryable, index: number): Promise<string | undefined> {
  const newest = await readNewestCheckpoint(tx);
  if (newest === undefined || newest.size <= index) return undefined;
  const { size } = parseCheckpoint(parseNote(newest.note).text);
  // What the tree had at that size is still in it.
  const roots = new RangeRoots(tx, await readHead(tx));
  const proof: Buffer[] = [];
  for (const range of inclusionRanges(index, size)) proof.push(await roots.rootOf(range));
  return proofFile({ index, proof, note: newest.note });
}
