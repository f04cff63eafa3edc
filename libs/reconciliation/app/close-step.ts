import { lockDossiers } from '#dossier';
import { readUnseen, type Unseen } from '../adapters/discrepancy-store';
import { findArrived, readFacts } from '../adapters/facts-store';
import { updateRun, type Run } from '../adapters/reconciliation-store';
import type { ClosingReason } from '../domain/changes';
import { judgeWaiting, type DossierFacts, type Judging } from '../domain/compare';
import { NO_FAILURES } from '../domain/patience';
import { onward, type Phase } from '../domain/reached';
import type { AskedDossier, Found, LookUp, PartnerRow, ReconciledPartner } from '../ports';
import { applyChanges, type DiscrepancyChange } from './apply-changes';
import { listWindow } from './list-step';
import { askAll, type Asking } from './rest-step';
import { changeOfOnlyThere, lockOwn } from './settle-step';
import type { RunDeps } from './run-deps';

const AT_ONCE = 100;

/** What the partner said of codes that only it had, by difference. */
interface AskedAgain {
  found: ReadonlyMap<string, Found>;
  askedAt: Date | null;
  calls: number;
}

/** Closes open differences that the run has not seen: what only the partner had and has no more, or has come to us; and where nobody can be asked by code,
 *  receipts that are there again and messages that wait no longer. A list closes only when all of it was heard, and where its codes can be asked for, only
 *  with the answer that there is no such dossier; one that is there all the same is seen again.
 *  @returns whether something was written, as `settleStep` */
export async function closeStep(
  { run, after, partner }: { run: Run; after: string | null; partner: ReconciledPartner },
  asking: Asking,
  deps: RunDeps,
): Promise<boolean> {
  const { db, clock } = deps;
  const { lookUp } = partner;
  const limit = Math.min(AT_ONCE, lookUp?.atMost ?? AT_ONCE);
  const unseen = await readUnseen(db, { ...run, ofDossiers: lookUp === undefined }, { after, limit });
  const isOver = unseen.length < limit;
  const phase: Phase = isOver ? { phase: 'end' } : { phase: 'close', after: unseen[unseen.length - 1].id };
  const said = await askAgain(unseen, { run, partner, lookUp }, asking, deps);
  return db.run(async (tx) => {
    const ids = unseen.flatMap((one) => one.dossierId ?? []).sort();
    const locked = await lockDossiers(tx, ids);
    const facts = await readFacts(tx, run.partner, ids, clock.now());
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return false;
    const arrived = await findArrived(tx, codesOfStrangers(unseen));
    const changes = unseen.flatMap((one): DiscrepancyChange[] => {
      if (one.dossierId !== null) return closed(one, reasonOf(one, facts, { run, at: clock.now(), how: asking.how }));
      if (arrived.has(one.subject)) return closed(one, 'arrived');
      const answer = said.found.get(one.id);
      if (answer?.kind === 'rows') return [changeOfOnlyThere(seenAgain(one, answer.rows), one, deps)];
      return isGone(one, answer, { run, partner }) ? closed(one, 'seen-no-more') : [];
    });
    await applyChanges(tx, { run, changes, locked, askedAt: said.askedAt }, deps);
    const counts = { ...now.counts, calls: now.counts.calls + said.calls };
    counts.differing += changes.filter((one) => one.again !== undefined).length;
    await updateRun(tx, { ...now, ...NO_FAILURES, counts, reached: onward(run.reached, phase), retryAt: null });
    return true;
  });
}

function codesOfStrangers(unseen: readonly Unseen[]): string[] {
  return unseen.flatMap(({ dossierId, subject }) => (dossierId === null ? [subject] : []));
}

/** What only the partner had is asked for by DVCLT's code, unless it has come to us. */
async function askAgain(
  unseen: readonly Unseen[],
  { run, partner, lookUp }: { run: Run; partner: ReconciledPartner; lookUp: LookUp | undefined },
  asking: Asking,
  { db }: RunDeps,
): Promise<AskedAgain> {
  const arrived = lookUp === undefined ? new Set() : await findArrived(db, codesOfStrangers(unseen));
  const asked = unseen.flatMap(({ id, dossierId, subject }): AskedDossier[] => {
    // Whether it is a birth or a death is not known; no partner with a list is asked by module.
    const stranger: AskedDossier = { dossierId: id, module: 'KS', codes: { dvclt: subject } };
    const isAskable = dossierId === null && !arrived.has(subject) && partner.codeOf(stranger) !== undefined;
    return isAskable ? [stranger] : [];
  });
  if (lookUp === undefined || asked.length === 0) return { found: new Map(), askedAt: null, calls: 0 };
  const { found, askedAt, calls } = await askAll(asked, { run, lookUp }, asking);
  return { found: new Map(asked.map(({ dossierId }, index) => [dossierId, found[index]])), askedAt, calls };
}

function closed(one: Unseen, reason: ClosingReason | undefined): DiscrepancyChange[] {
  return reason === undefined ? [] : [{ close: { ...one, reason } }];
}

/** With the codes by which the partner names it now. */
function seenAgain(
  { subject, thereChangedAt }: Unseen,
  rows: readonly PartnerRow[],
): Parameters<typeof changeOfOnlyThere>[0] {
  const [{ codes, status, changedAt }] = rows;
  const otherCodes = codes.oneStop === undefined ? [] : [codes.oneStop];
  return { code: subject, otherCodes, theirs: status, changedAt: changedAt ?? thereChangedAt };
}

/** The partner has it no more. A list of a window says nothing about what had changed before it; an answer by code does.
 *  @param answer undefined when it could not be asked for */
function isGone(
  { thereChangedAt }: Unseen,
  answer: Found | undefined,
  { run, partner: { listing, lookUp } }: { run: Run; partner: ReconciledPartner },
): boolean {
  if (listing === undefined || run.reached?.list !== 'whole') return false;
  if (lookUp !== undefined) return answer?.kind === 'absent';
  if (listing.means === 'unacknowledged') return true;
  return thereChangedAt !== null && thereChangedAt >= listWindow(run).from;
}

function reasonOf(
  { class: cls, dossierId, isListed }: Unseen,
  facts: ReadonlyMap<string, DossierFacts>,
  { run, at, how }: { run: Run; at: Date; how: Judging },
): ClosingReason | undefined {
  if (cls === 'missing-there') return isListed || run.reached?.list !== 'whole' ? undefined : 'seen-no-more';
  if (cls !== 'late') return undefined;
  const known = facts.get(dossierId as string);
  const isLate = known !== undefined && judgeWaiting(known, at, how)?.verdict === 'differs';
  return isLate ? undefined : 'seen-no-more';
}
