import type { StepEnd, Tx } from '#platform';
import { readClosed } from '../adapters/closed-partners';
import { endOfDossier, followReleased, readMotion, readSubjects, type PlanSubject } from '../adapters/item-store';
import { lockPlan, updatePlan } from '../adapters/plan-store';
import type { FoundItem } from '../domain/item-class';
import type { ReplayPlan, StopCause } from '../domain/plan';
import { nextMove, type NextMove } from '../domain/ramp';
import { lookAtItems } from './look-at-items';
import { recordPlan } from './plan-record';
import { releaseItems } from './release-items';
import type { RunDeps } from './run-deps';

const BY_WORKER = { id: 'replay', type: 'system' } as const;
/** Items that are looked at and released together. */
const MAX_RELEASE = 200;

/** One step of a plan that runs, or whose last items are still under way: follows what was sent, decides, looks at the next items once more, and
 *  releases them when the dry run was right about each. Progress is committed with the release: after a crash it goes on exactly there.
 *  What the rate allows next comes at a later look: items go out together, and not each by a step of its own. */
export async function runNext(plan: ReplayPlan, deps: RunDeps, signal: AbortSignal): Promise<StepEnd> {
  const decided = await deps.db.run((tx) => decide(tx, plan.id, deps));
  if (decided.kind !== 'release') return decided.kind;
  const subjects = await readSubjects(deps.db, plan.id, { from: decided.plan.nextNumber, atMost: decided.atMost });
  if (subjects.length === 0 || signal.aborted) return 'wait';
  const looked = await lookAgain(subjects, decided.plan, deps, signal);
  if (signal.aborted) return 'wait';
  const wrong = subjects.findIndex((subject, at) => looked[at].class !== subject.class);
  if (wrong >= 0) {
    const hasStopped = await stopForWrong(decided.plan, { subject: subjects[wrong], found: looked[wrong] }, deps);
    return hasStopped ? 'again' : 'wait';
  }
  const isDone = await releaseItems(decided.plan, { subjects, looked }, deps);
  return !isDone ? 'wait' : decided.hasMore ? 'again' : 'moved';
}

type Decided =
  { kind: 'wait' } | { kind: 'again' } | { kind: 'release'; plan: ReplayPlan; atMost: number; hasMore: boolean };

async function decide(tx: Tx, planId: string, deps: RunDeps): Promise<Decided> {
  const now = deps.clock.now();
  const locked = await lockPlan(tx, planId, null);
  if (!locked || locked.leaseOwner !== deps.workerId || locked.endedAt !== null) return { kind: 'wait' };
  const plan = await follow(tx, locked, now);
  // A plan that waits, or stands, is looked at ten times a second: that costs no write.
  if (plan !== locked) await updatePlan(tx, plan);
  const motion = await readMotion(tx, planId, plan.rampFrom);
  if (plan.state !== 'running') return afterRun(tx, plan, motion.underWay, now);
  const move = nextMove(
    {
      ...plan,
      underWay: motion.underWay,
      oldestMs: motion.oldestAt === null ? null : now.getTime() - motion.oldestAt.getTime(),
      failedInWave: plan.waveFailed,
      recent: motion,
      closed: await readClosed(tx, plan, now),
    },
    deps.policy.ramp,
    now,
  );
  return makeMove(tx, plan, move, deps);
}

async function makeMove(tx: Tx, plan: ReplayPlan, move: NextMove, deps: RunDeps): Promise<Decided> {
  const now = deps.clock.now();
  switch (move.kind) {
    case 'stop':
      await stop(tx, plan, move.stop, deps);
      return { kind: 'again' };
    case 'done':
      await end(tx, plan, now, deps);
      return { kind: 'again' };
    case 'wave':
      await updatePlan(tx, await nextWave(tx, plan, move.last, now));
      return { kind: 'again' };
    case 'wait':
      return { kind: 'wait' };
    case 'release':
      return { kind: 'release', plan, atMost: Math.min(MAX_RELEASE, move.atMost), hasMore: move.atMost > MAX_RELEASE };
  }
}

/** Counts what has ended since the last step. */
async function follow(tx: Tx, plan: ReplayPlan, now: Date): Promise<ReplayPlan> {
  const ended = await followReleased(tx, plan.id, now);
  if (ended.length === 0) return plan;
  const of = (state: string): number => ended.filter((one) => one.state === state).length;
  const failedInWave = ended.filter((one) => one.state === 'failed' && one.number >= plan.waveFirst).length;
  const { counts } = plan;
  return {
    ...plan,
    waveFailed: plan.waveFailed + failedInWave,
    counts: {
      ...counts,
      done: counts.done + of('done'),
      failed: counts.failed + of('failed'),
      skipped: counts.skipped + of('skipped'),
    },
  };
}

/** Paused, stopped or cancelled: what is under way is followed to its end. */
async function afterRun(tx: Tx, plan: ReplayPlan, underWay: number, now: Date): Promise<Decided> {
  if (plan.state === 'cancelled' && underWay === 0) await updatePlan(tx, { ...plan, endedAt: now });
  return { kind: 'wait' };
}

async function nextWave(tx: Tx, plan: ReplayPlan, last: number, now: Date): Promise<ReplayPlan> {
  return {
    ...plan,
    wave: plan.wave + 1,
    waveFirst: plan.nextNumber,
    // Whole dossiers: what belongs to one goes together.
    waveLast: await endOfDossier(tx, plan.id, last),
    waveFailed: 0,
    drainFrom: now,
    drained: 0,
  };
}

async function end(tx: Tx, plan: ReplayPlan, now: Date, deps: RunDeps): Promise<void> {
  const done: ReplayPlan = { ...plan, state: 'done', endedAt: now };
  await updatePlan(tx, done);
  await recordPlan(tx, { step: 'finished', plan: done, actor: BY_WORKER }, deps);
}

async function stop(tx: Tx, plan: ReplayPlan, cause: StopCause, deps: RunDeps): Promise<void> {
  const stopped: ReplayPlan = { ...plan, state: 'stopped', stop: cause };
  await updatePlan(tx, stopped);
  await recordPlan(tx, { step: 'stopped', plan: stopped, actor: BY_WORKER }, deps);
}

/** What the plan leaves alone needs no second look. */
async function lookAgain(
  subjects: readonly PlanSubject[],
  plan: ReplayPlan,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<FoundItem[]> {
  const handled = subjects.filter((subject) => subject.action !== 'skip');
  const found = await lookAtItems(handled, plan, deps, signal);
  const byNumber = new Map(handled.map((subject, at) => [subject.number, found[at]]));
  return subjects.map((subject) => byNumber.get(subject.number) ?? { class: subject.class ?? 'gone', action: 'skip' });
}

async function stopForWrong(
  plan: ReplayPlan,
  { subject, found }: { subject: PlanSubject; found: FoundItem },
  deps: RunDeps,
): Promise<boolean> {
  const cause: StopCause = {
    code: 'prediction-changed',
    item: subject.number,
    partner: subject.partner,
    ...(subject.class === null ? {} : { expected: subject.class }),
    found: found.class,
    ...(found.reasonCode === undefined ? {} : { reasonCode: found.reasonCode }),
  };
  return deps.db.run(async (tx) => {
    const now = await lockPlan(tx, plan.id, null);
    if (now?.state !== 'running' || now.leaseOwner !== deps.workerId || now.nextNumber !== plan.nextNumber)
      return false;
    await stop(tx, now, cause, deps);
    return true;
  });
}
