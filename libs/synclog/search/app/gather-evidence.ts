import { AppError, type Queryable } from '#platform';
import { RangeRoots } from '../../sealing/app/range-roots';
import { readHead, readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { parseCheckpoint } from '../../tlog/checkpoint';
import { inclusionRanges } from '../../tlog/proofs';
import { parseNote } from '../../tlog/signed-note';
import type { SearchFilter } from '../domain/search-filter';
import { findEntries, type FoundEntry } from './find-entries';

/** What an evidence file is about, and the verifier key of the log. */
interface EvidenceSubject {
  subject: { code: string };
  logKey: string;
}

/** Entries whose proofs share the tiles that were read for them. */
const PART = 100;

/** An evidence file (`lienthong-evidence/1`) piece by piece: the entries that a filter asks for, oldest first, each with its inclusion proof, all under
 *  the newest checkpoint. An entry that no checkpoint covers yet is left out.
 *  @throws AppError 409 `sync-log-not-sealed` before the first checkpoint */
export async function* gatherEvidence(
  tx: Queryable,
  filter: SearchFilter,
  { subject, logKey }: EvidenceSubject,
): AsyncGenerator<string, void> {
  const newest = await readNewestCheckpoint(tx);
  if (newest === undefined)
    throw new AppError({
      code: 'sync-log-not-sealed',
      disposition: 'retry',
      status: 409,
      detail: 'there is no signed checkpoint yet; ask again in a few seconds',
    });
  const { origin, size } = parseCheckpoint(parseNote(newest.note).text);
  const head = { format: 'lienthong-evidence/1', origin, logKey, checkpoint: newest.note, subject };
  yield `${JSON.stringify(head).slice(0, -1)},"entries":[`;
  let isFirst = true;
  for await (const part of findEntries(tx, { ...filter, to: size }, { order: 'oldest', part: PART })) {
    // What the tree had at that size is still in it.
    const roots = new RangeRoots(tx, await readHead(tx));
    for (const found of part) {
      yield `${isFirst ? '' : ','}\n${JSON.stringify(await proven(found, size, roots))}`;
      isFirst = false;
    }
  }
  yield '\n]}\n';
}

async function proven({ index, bytes }: FoundEntry, size: number, roots: RangeRoots): Promise<object> {
  const proof: string[] = [];
  for (const range of inclusionRanges(index, size)) proof.push((await roots.rootOf(range)).toString('base64'));
  return { index, entry: bytes.toString('utf8'), proof };
}
