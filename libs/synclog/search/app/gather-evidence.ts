import { AppError } from '#platform';
import type { LogSource } from '../../archive/ports';
import { RangeRoots } from '../../sealing/app/range-roots';
import { readHead, readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { parseCheckpoint } from '../../tlog/checkpoint';
import { inclusionRanges } from '../../tlog/proofs';
import { parseNote } from '../../tlog/signed-note';
import { EVIDENCE_END, evidenceEntry, evidenceHead, type ProvenEntry } from '../../verifier/domain/evidence-file';
import type { SearchFilter } from '../domain/search-filter';
import { findEntries, type FoundEntry } from './find-entries';

/** What an evidence file is about, and the verifier keys of the log. */
interface EvidenceSubject {
  subject: { code: string };
  logKey: string;
  /** Those that the log has had, as `/synclog/keys` gives them, where it has had several. */
  keys?: string;
}

/** Entries whose proofs share the tiles that were read for them. */
const PART = 100;

/** An evidence file (`lienthong-evidence/1`) piece by piece: the entries that a filter asks for, oldest first, each with its inclusion proof, all under
 *  the newest checkpoint. An entry that no checkpoint covers yet is left out.
 *  @throws AppError 409 `sync-log-not-sealed` before its first piece, while no checkpoint covers any of the entries: a file without one proves nothing */
export async function* gatherEvidence(
  source: LogSource,
  filter: SearchFilter,
  { subject, logKey, keys }: EvidenceSubject,
): AsyncGenerator<string, void> {
  const { tx } = source;
  const newest = await readNewestCheckpoint(tx);
  if (newest === undefined) throw notSealed('there is no signed checkpoint yet');
  const { origin, size } = parseCheckpoint(parseNote(newest.note).text);
  const head = evidenceHead({ origin, logKey, keys, checkpoint: newest.note, subject });
  let before = head;
  for await (const part of findEntries(source, { ...filter, to: size }, { order: 'oldest', part: PART })) {
    // What the tree had at that size is still in it.
    const roots = new RangeRoots(tx, await readHead(tx));
    for (const found of part) {
      yield `${before}${evidenceEntry(await proven(found, size, roots))}`;
      before = ',';
    }
  }
  if (before === head) throw notSealed('no checkpoint covers the entries yet');
  yield EVIDENCE_END;
}

function notSealed(why: string): AppError {
  const detail = `${why}; ask again in a few seconds`;
  return new AppError({ code: 'sync-log-not-sealed', disposition: 'retry', status: 409, detail });
}

async function proven({ index, bytes }: FoundEntry, size: number, roots: RangeRoots): Promise<ProvenEntry> {
  const proof: string[] = [];
  for (const range of inclusionRanges(index, size)) proof.push((await roots.rootOf(range)).toString('base64'));
  return { index, entry: bytes.toString('utf8'), proof };
}
