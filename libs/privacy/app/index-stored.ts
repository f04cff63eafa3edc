import type { Vault } from '#access';
import { lockDossiers, type DossierContent, type DossierState, type RegistrationResult } from '#dossier';
import { codeOf, type Clock, type Database, type Log, type Tx } from '#platform';
import {
  linkAnswer,
  lockBackfill,
  moveBackfill,
  nextAnswers,
  nextDossiers,
  type Backfill,
} from '../adapters/backfill-store';
import { indexPersons, type PersonsOfDossier } from '../adapters/person-index';
import { codesIn } from '../domain/codes-in-answer';
import { numbersInContent, numbersInResult } from '../domain/identity-numbers';

export interface IndexStoredDeps {
  db: Database;
  vault: Pick<Vault, 'openMany' | 'dedupDigest'>;
  clock: Clock;
  log: Log;
}

/** Dossiers of one batch: they are locked for so long as their contents are opened. */
const DOSSIERS = 20;
/** Kept answers of one batch; each may hold a few result files. */
const ANSWERS = 5;
/** Bytes that nobody can open any more. Everything else (a key that is not there now, a database that is away) is tried again. */
const GONE = new Set(['vault-erased', 'vault-tampered', 'vault-object-unknown', 'vault-object-missing']);

/** One batch of the pass over what was stored before there was an index: first the dossiers, then the kept answers of the registry. Batch and progress are one
 *  transaction, so a crash repeats at most nothing. Returns how many were looked at; 0 when the pass is over, not due, or another worker's. */
export async function indexStored(deps: IndexStoredDeps): Promise<number> {
  const now = deps.clock.now();
  return deps.db.run(async (tx) => {
    const at = await lockBackfill(tx, now);
    if (!at) return 0;
    const dossiers = at.afterAnswer === null ? await nextDossiers(tx, at, DOSSIERS) : [];
    if (dossiers.length > 0) {
      const unreadable = await indexDossiers(tx, dossiers, deps);
      const to = { ...at, afterDossier: dossiers.at(-1) ?? null, unreadable: at.unreadable + unreadable };
      await moveBackfill(tx, to, null);
      return dossiers.length;
    }
    return indexAnswers(tx, at, now, deps);
  });
}

/** Race: an erasure of one of them. It takes the same locks: it comes before, and there is nothing to open, or after, and finds the rows. */
async function indexDossiers(tx: Tx, ids: readonly string[], deps: IndexStoredDeps): Promise<number> {
  const persons: PersonsOfDossier[] = [];
  let unreadable = 0;
  for (const [dossierId, state] of await lockDossiers(tx, ids)) {
    if (state === null) continue;
    const opened = await openedOr(() => numbersOf(tx, state, deps), { dossierId }, deps);
    if (opened === 'unreadable') unreadable += 1;
    else if (opened !== 'erased') persons.push({ dossierId, numbers: opened });
  }
  indexPersons(tx, persons, (bytes) => deps.vault.dedupDigest(bytes));
  return unreadable;
}

async function numbersOf(
  tx: Tx,
  { contentRef, resultRef }: DossierState,
  { vault }: IndexStoredDeps,
): Promise<PersonsOfDossier['numbers']> {
  const refs = resultRef === undefined ? [contentRef] : [contentRef, resultRef];
  const [content, result] = (await vault.openMany(refs, tx)).map(
    (bytes) => JSON.parse(bytes.toString('utf8')) as object,
  );
  return [
    ...numbersInContent(content as DossierContent),
    ...(result === undefined ? [] : numbersInResult(result as RegistrationResult)),
  ];
}

async function indexAnswers(tx: Tx, at: Backfill, now: Date, deps: IndexStoredDeps): Promise<number> {
  const answers = await nextAnswers(tx, at.afterAnswer, ANSWERS);
  let { unreadable } = at;
  for (const { ref } of answers) {
    const opened = await openedOr(async () => codesIn((await deps.vault.openMany([ref], tx))[0]), { ref }, deps);
    if (opened === 'unreadable') unreadable += 1;
    else if (opened !== 'erased') await linkAnswer(tx, ref, opened);
  }
  const isOver = answers.length < ANSWERS;
  await moveBackfill(
    tx,
    { ...at, afterAnswer: answers.at(-1)?.digest ?? at.afterAnswer, unreadable },
    isOver ? now : null,
  );
  if (isOver) deps.log.info('person-index.complete', { unreadable });
  return isOver ? 0 : answers.length;
}

async function openedOr<T>(
  open: () => Promise<T>,
  what: { dossierId: string } | { ref: string },
  { log }: IndexStoredDeps,
): Promise<T | 'erased' | 'unreadable'> {
  try {
    return await open();
  } catch (error) {
    const code = codeOf(error);
    if (!GONE.has(code)) throw error;
    if (code === 'vault-erased') return 'erased';
    log.warn('person-index.unreadable', { ...what, code });
    return 'unreadable';
  }
}
