import type { Check } from '../check';

/** The numbers of a journal run from 1 to the dossier's version. */
export const checkJournal: Check = ({ dossier, journal }) => {
  if (journal.length === 0)
    return [{ code: 'unexplained.dossier-without-journal', sentence: 'the dossier has no event at all' }];
  const gapAt = journal.findIndex((row, index) => row.seq !== index + 1);
  if (gapAt >= 0) {
    const sentence = `event ${gapAt + 1} is missing: the next one has the number ${journal[gapAt].seq}`;
    return [{ code: 'out-of-order.journal-gap', sentence }];
  }
  if (journal.length === dossier.version) return [];
  const sentence = `the dossier has version ${dossier.version}, its journal ends at ${journal.length}`;
  return [{ code: 'out-of-order.journal-gap', sentence }];
};
