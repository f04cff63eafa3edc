import { readOpen, readOutside } from '../adapters/discrepancy-store';
import { readFacts } from '../adapters/facts-store';
import type { Run } from '../adapters/reconciliation-store';
import { idWindow } from '../domain/id-window';
import type { LookUp, ReconciledPartner } from '../ports';
import { askAll, planOf, spokenOf, type Asking } from './rest-step';
import type { RunDeps } from './run-deps';
import { NOTHING, type StepResult } from './settle-step';

/** Differences read at once, at least: some of them need no question. */
const READ_AT_ONCE = 20;

/** Differences of dossiers that are not in the window, by code: a dossier that has left it would keep its difference for ever. They count for nothing. */
export async function outsideStep(
  { run, after, partner, lookUp }: { run: Run; after: string | null; partner: ReconciledPartner; lookUp: LookUp },
  asking: Asking,
  { db, clock }: RunDeps,
): Promise<StepResult> {
  const limit = Math.max(READ_AT_ONCE, lookUp.atMost);
  const left = await readOutside(db, { id: run.id, partner: run.partner, after, limit }, idWindow(run));
  if (left.length === 0) return { ...NOTHING, reached: { phase: 'close', after: null } };
  const ids = left.map((one) => one.dossierId);
  const facts = await readFacts(db, run.partner, ids, clock.now());
  const open = await readOpen(db, run.partner, ids);
  const { asked, silent, last } = planOf(ids, facts, { partner, lookUp, open, how: asking.how, at: clock.now() });
  const passed = left.find((one) => one.dossierId === last) ?? left[left.length - 1];
  const step: StepResult = {
    ...NOTHING,
    mode: 'outside',
    dossiers: silent,
    reached: { phase: 'outside', after: passed.id },
  };
  if (asked.length === 0) return step;
  const answer = await askAll(asked, { run, lookUp }, asking);
  const { calls, askedAt } = answer;
  return { ...step, dossiers: [...silent, ...spokenOf(answer, asking.how)], calls, askedAt };
}
