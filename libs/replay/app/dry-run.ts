import { readAhead, type Tx } from '#platform';
import { lockPlan, updatePlan } from '../adapters/plan-store';
import { readReach, readSubjects, writeFound, type PlanSubject } from '../adapters/item-store';
import { readTotals } from '../adapters/plan-totals';
import type { FoundItem } from '../domain/item-class';
import type { ReplayPlan } from '../domain/plan';
import { needsApproval } from '../domain/replay-policy';
import { lookAtItems } from './look-at-items';
import { recordPlan } from './plan-record';
import { rampAnew } from '../domain/ramp-anew';
import type { RunDeps } from './run-deps';

/** Items of one look: their questions share the partner's slots, their findings one transaction. */
const BATCH = 500;

/** Items that were looked at, behind the one with the number `after`. */
interface LookedBatch {
  after: number;
  subjects: readonly PlanSubject[];
  found: readonly FoundItem[];
}

/** Looks at the items of a plan that are left; after the last, totals and hash are there for a second person. Progress is committed batch by batch.
 *  Two of them are looked at at a time, while the next is read: database, partner and processor all have work.
 *  @returns how many it looked at; none when the plan is not this worker's any more */
export async function dryRunRest(plan: ReplayPlan, deps: RunDeps, signal: AbortSignal): Promise<number> {
  const over = new AbortController();
  const batches = batchesUnderLook(plan, deps, AbortSignal.any([signal, over.signal]));
  let looked = 0;
  // Nobody waits for answers about what will not be committed.
  for await (const { after, subjects, look } of readAhead(batches, () => over.abort())) {
    const batch = { after, subjects, found: await look };
    if (signal.aborted || !(await commit(plan.id, batch, deps))) return 0;
    looked += subjects.length;
  }
  return looked;
}

type UnseenBatch = Omit<LookedBatch, 'found'>;

/** Each look has begun when its batch is given, and has ended when the generator has. */
async function* batchesUnderLook(
  plan: ReplayPlan,
  deps: RunDeps,
  signal: AbortSignal,
): AsyncGenerator<UnseenBatch & { look: Promise<FoundItem[]> }> {
  const looks = new Set<Promise<FoundItem[]>>();
  try {
    for await (const batch of readAhead(unseenBatches(plan, deps))) {
      const look = lookAtItems(batch.subjects, plan, deps, signal);
      looks.add(look);
      // Thrown where it is awaited.
      const forget = (): void => void looks.delete(look);
      look.then(forget, forget);
      yield { ...batch, look };
    }
  } finally {
    await Promise.allSettled(looks);
  }
}

/** Always at least one, which may be empty: with it the dry run ends. */
async function* unseenBatches(plan: ReplayPlan, { db }: RunDeps): AsyncGenerator<UnseenBatch> {
  for (let after = plan.lookedNumber; ;) {
    const subjects = await readSubjects(db, plan.id, { from: after + 1, atMost: BATCH });
    yield { after, subjects };
    const last = subjects.at(-1)?.number ?? plan.items;
    if (last >= plan.items) return;
    after = last;
  }
}

/** @returns whether the plan was still as this look had it */
async function commit(planId: string, { after, subjects, found }: LookedBatch, deps: RunDeps): Promise<boolean> {
  return deps.db.run(async (tx) => {
    const now = await lockPlan(tx, planId, null);
    const isOurs = now?.state === 'dry-running' && now.leaseOwner === deps.workerId && now.lookedNumber === after;
    if (!isOurs) return false;
    await writeFound(
      tx,
      planId,
      subjects.map(({ number }, at) => ({ number, found: found[at] })),
    );
    const lookedNumber = subjects.at(-1)?.number ?? now.items;
    if (lookedNumber >= now.items) await finish(tx, { ...now, lookedNumber }, deps);
    else await updatePlan(tx, { ...now, lookedNumber });
    return true;
  });
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
