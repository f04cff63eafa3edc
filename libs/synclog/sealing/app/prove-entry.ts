import type { Queryable } from '#platform';
import { parseCheckpoint } from '../../tlog/checkpoint';
import { proofFile } from '../../tlog/proof-file';
import { inclusionRanges } from '../../tlog/proofs';
import { parseNote } from '../../tlog/signed-note';
import { readHead, readNewestCheckpoint } from '../adapters/tree-store';
import { RangeRoots } from './range-roots';

/** Proof that the newest checkpoint covers a leaf, as a C2SP tlog-proof: anybody who has the entry's leaf hash and a verifier key of the log can check it
 *  offline.
 *  @param chain the keys that the log has had, where it has had several: they travel along
 *  @returns undefined while no published checkpoint covers it */
export async function proveEntry(tx: Queryable, index: number, chain?: string): Promise<string | undefined> {
  const newest = await readNewestCheckpoint(tx);
  if (newest === undefined || newest.size <= index) return undefined;
  const { size } = parseCheckpoint(parseNote(newest.note).text);
  // What the tree had at that size is still in it.
  const roots = new RangeRoots(tx, await readHead(tx));
  const proof: Buffer[] = [];
  for (const range of inclusionRanges(index, size)) proof.push(await roots.rootOf(range));
  const extra = chain === undefined ? undefined : Buffer.from(chain, 'utf8');
  return proofFile({ index, proof, note: newest.note, extra });
}
