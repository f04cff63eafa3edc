import { codeOf } from '#platform';
import { readClosedFor } from '../adapters/closed-partners';
import { sampleIds } from '../adapters/freeze-items';
import { readLoose, type PlanSubject } from '../adapters/item-store';
import { lockWatch, takeDueWatches, updateWatch } from '../adapters/watch-store';
import { findingOf, type Watch } from '../domain/watch';
import { createPlan, resolveSelection, type PlanDeps } from './create-plan';
import { lookAtItems } from './look-at-items';
import type { RunDeps } from './run-deps';
import { requestDryRun } from './steer-plan';

const BY_WATCH = { id: 'watch', type: 'system' } as const;

export type WatchDeps = RunDeps & Pick<PlanDeps, 'causes' | 'vault'>;

/** Looks at the newest dead letters of every watch that is due. After enough good looks in a row a plan is made and dry-run, as if the person who
 *  placed the watch had asked for it; whether it then starts by itself is the policy's.
 *  @returns how many plans were made */
export async function lookAfterWatches(deps: WatchDeps, signal: AbortSignal): Promise<number> {
  const now = deps.clock.now();
  const due = await takeDueWatches(deps.db, now, new Date(now.getTime() - deps.policy.watch.everyMs));
  let made = 0;
  for (const watch of due) {
    if (signal.aborted) break;
    try {
      made += (await lookAfter(watch, deps, signal)) ? 1 : 0;
    } catch (error) {
      deps.log.warn('replay.watch-failed', { watchId: watch.id, code: codeOf(error) });
    }
  }
  return made;
}

async function lookAfter(watch: Watch, deps: WatchDeps, signal: AbortSignal): Promise<boolean> {
  const finding = await probe(watch, deps, signal);
  const successes = finding === 'ready' ? watch.successes + 1 : 0;
  if (successes < deps.policy.watch.successes) {
    await note(watch, { finding, successes }, deps);
    return false;
  }
  const by = { actor: BY_WATCH, units: watch.units, idempotencyKey: `watch ${watch.id}` };
  const plan = await createPlan(
    {
      selection: watch.selection,
      reasonCode: watch.reasonCode,
      reason: watch.reason,
      startsByPolicy: watch.action === 'start',
      requestedBy: watch.placedBy,
    },
    by,
    deps,
  );
  await requestDryRun(plan.id, { ...by, idempotencyKey: `watch ${watch.id} dry-run` }, deps);
  await note(watch, { finding, successes, planId: plan.id }, deps);
  return true;
}

/** `ready`, `none-left`, or why they could not be sent now. */
async function probe(watch: Watch, deps: WatchDeps, signal: AbortSignal): Promise<string> {
  const sample = await sampleOf(watch, deps);
  if (sample.length === 0) return 'none-left';
  const closed = await readClosedFor(
    deps.db,
    sample.map(({ partner, operation, unit }) => ({ partner, operation, unit })),
    deps.clock.now(),
  );
  if (closed !== null) return closed.why;
  return findingOf(await lookAtItems(sample, { action: 'replay', source: 'dead-letters' }, deps, signal));
}

/** The newest dead letters of its selection; a group without any is no group at all. */
async function sampleOf(watch: Watch, deps: WatchDeps): Promise<PlanSubject[]> {
  try {
    return await deps.db.run(async (tx) => {
      const resolved = await resolveSelection(tx, watch.selection, watch.units, deps);
      return readLoose(tx, await sampleIds(tx, resolved, deps.policy.watch.sample));
    });
  } catch (error) {
    if (codeOf(error) === 'group-unknown') return [];
    throw error;
  }
}

async function note(
  watch: Watch,
  { finding, successes, planId }: { finding: string; successes: number; planId?: string },
  deps: WatchDeps,
): Promise<void> {
  await deps.db.run(async (tx) => {
    const now = await lockWatch(tx, watch.id, null);
    if (now?.state !== 'watching') return;
    await updateWatch(tx, {
      ...now,
      finding,
      successes,
      ...(planId === undefined ? {} : { state: 'met', planId, endedAt: deps.clock.now() }),
    });
    if (planId === undefined) return;
    await deps.syncLog.append(tx, [{ kind: 'watch.met', actor: BY_WATCH, detail: { watchId: watch.id, planId } }]);
  });
}
