import type { Tx } from '#platform';
import { lockPlan, updatePlan } from '../adapters/plan-store';
import { readReach, readSubjects, writeFound } from '../adapters/item-store';
import { readTotals } from '../adapters/plan-totals';
import type { ReplayPlan } from '../domain/plan';
import { needsApproval } from '../domain/replay-policy';
import { lookAtItems } from './look-at-items';
import { recordPlan } from './plan-record';
import { rampAnew } from '../domain/ramp-anew';
import type { RunDeps } from './run-deps';

/** Items of one look: their questions share the partner's slots, their findings one transaction. */
const BATCH = 500;

/** Looks at the next items of a plan; after the last, totals and hash are there for a second person. Progress is committed batch by batch.
 *  @returns how many it looked at */
export async function dryRunNext(plan: ReplayPlan, deps: RunDeps, signal: AbortSignal): Promise<number> {
  const subjects = await readSubjects(deps.db, plan.id, { from: plan.lookedNumber + 1, atMost: BATCH });
  const found = await lookAtItems(subjects, plan, deps, signal);
  if (signal.aborted) return 0;
  await deps.db.run(async (tx) => {
    const now = await lockPlan(tx, plan.id, null);
    if (
      !now ||
      now.state !== 'dry-running' ||
      now.leaseOwner !== deps.workerId ||
      now.lookedNumber !== plan.lookedNumber
    )
      return;
    await writeFound(
      tx,
      plan.id,
      subjects.map(({ number }, at) => ({ number, found: found[at] })),
    );
    const lookedNumber = subjects.at(-1)?.number ?? now.items;
    if (lookedNumber >= now.items) await finish(tx, { ...now, lookedNumber }, deps);
    else await updatePlan(tx, { ...now, lookedNumber });
  });
  return subjects.length;
}

async function finish(tx: Tx, plan: ReplayPlan, deps: RunDeps): Promise<void> {
  const { totals, hash } = await readTotals(tx, plan);
  const reach = await readReach(tx, plan.id);
  const operations = [...new Set(reach.map((one) => one.operation))];
  const now = deps.clock.now();
  const after: ReplayPlan = {
    ...plan,
    state: 'dry-run',
    dryRunAt: now,
    totals,
    hash,
    needsApproval: needsApproval({ ...plan, totals, operations }, deps.policy),
  };
  await recordPlan(tx, { step: 'examined', plan: after, actor: BY_WORKER }, deps);
  if (!after.startsByPolicy || after.needsApproval !== false) return updatePlan(tx, after);
  const running: ReplayPlan = {
    ...rampAnew({ ...after, state: 'running' }, now),
    startedBy: 'policy',
    startedAt: after.startedAt ?? now,
  };
  await updatePlan(tx, running);
  await recordPlan(tx, { step: 'started', plan: running, actor: BY_POLICY }, deps);
}

const BY_WORKER = { id: 'replay', type: 'system' } as const;
const BY_POLICY = { id: 'policy', type: 'system' } as const;
