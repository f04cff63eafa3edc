import { lockDossiers } from '#dossier';
import { readUnseen, type Unseen } from '../adapters/discrepancy-store';
import { readFacts } from '../adapters/facts-store';
import { updateRun, type Reached, type Run } from '../adapters/reconciliation-store';
import type { ClosingReason } from '../domain/changes';
import { judgeWaiting, type DossierFacts, type Judging } from '../domain/compare';
import type { ReconciledPartner } from '../ports';
import { applyChanges, type DiscrepancyChange } from './apply-changes';
import { listWindow } from './list-step';
import { lockOwn } from './settle-step';
import type { RunDeps } from './run-deps';

const AT_ONCE = 100;

/** Closes open differences that the run, now that it has heard all of the list, has not seen: what only the partner had and has no more, or has come to us;
 *  and where nobody can be asked by code, receipts that are there again and messages that wait no longer.
 *  @returns whether something was written, as `settleStep` */
export async function closeStep(
  { run, after, partner }: { run: Run; after: string | null; partner: ReconciledPartner },
  how: Judging,
  deps: RunDeps,
): Promise<boolean> {
  const { db, clock } = deps;
  const ofDossiers = partner.lookUp === undefined;
  const unseen = await readUnseen(db, { ...run, ofDossiers }, { after, limit: AT_ONCE });
  const isOver = unseen.length < AT_ONCE;
  const reached: Reached = isOver ? { phase: 'end' } : { phase: 'close', after: unseen[unseen.length - 1].id };
  return db.run(async (tx) => {
    const ids = unseen.flatMap((one) => one.dossierId ?? []).sort();
    const locked = await lockDossiers(tx, ids);
    const facts = await readFacts(tx, run.partner, ids, clock.now());
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return false;
    const changes = unseen.flatMap((one): DiscrepancyChange[] => {
      const reason =
        one.dossierId === null ? reasonOnlyThere(one, run, partner) : reasonOf(one, facts, clock.now(), how);
      if (reason === undefined) return [];
      return [{ close: { ...one, reason } }];
    });
    await applyChanges(tx, { run, changes, locked, askedAt: null }, deps);
    await updateRun(tx, { ...now, reached, retryAt: null });
    return true;
  });
}

/** A list of a window says nothing about what had changed before it. */
function reasonOnlyThere(one: Unseen, run: Run, { listing }: ReconciledPartner): ClosingReason | undefined {
  if (one.hasArrived) return 'arrived';
  if (listing === undefined) return undefined;
  const isInList =
    listing.means === 'unacknowledged' || (one.thereChangedAt !== null && one.thereChangedAt >= listWindow(run).from);
  return isInList ? 'seen-no-more' : undefined;
}

function reasonOf(
  { class: cls, dossierId, isListed }: Unseen,
  facts: ReadonlyMap<string, DossierFacts>,
  at: Date,
  how: Judging,
): ClosingReason | undefined {
  if (cls === 'missing-there') return isListed ? undefined : 'seen-no-more';
  if (cls !== 'late') return undefined;
  const known = facts.get(dossierId as string);
  const isLate = known !== undefined && judgeWaiting(known, at, how)?.verdict === 'differs';
  return isLate ? undefined : 'seen-no-more';
}
