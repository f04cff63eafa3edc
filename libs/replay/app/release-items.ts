import {
  cancelDead,
  clearMetAttention,
  lockLanes,
  readStanding,
  refreshLanes,
  replayHistory,
  requeueDead,
  resolveUnknown,
  type Resolution,
  type StandingDelivery,
} from '#delivery';
import { lockDossiers, RegistryStatus, type DossierState } from '#dossier';
import { rfc3339, type Tx } from '#platform';
import type { SyncLogEntryInput } from '#synclog';
import { readLastReplays, writeHandled, type HandledItem, type PlanSubject } from '../adapters/item-store';
import { lockPlan, updatePlan } from '../adapters/plan-store';
import type { FoundItem } from '../domain/item-class';
import type { PlanCounts, RegistrationLink, ReplayPlan } from '../domain/plan';
import { paceAfter } from '../domain/ramp';
import { keepsContent } from './look-at-items';
import type { RunDeps } from './run-deps';

interface Looked {
  subjects: readonly PlanSubject[];
  looked: readonly FoundItem[];
}

interface Item {
  subject: PlanSubject;
  found: FoundItem;
  /** Delivery that carries it. */
  sentId: string;
}

/** Handles looked-at items in one transaction: sends put into their lanes, what the partner has or people say is settled or cancelled, the rest left
 *  alone; with the plan's progress and the sync log. Locks in the global order; the plan's row comes last and decides: a step that another
 *  worker has made meanwhile, or a pause, undoes this one.
 *  @returns false when nothing was done: somebody has changed a delivery since it was looked at, and it is looked at again */
export async function releaseItems(plan: ReplayPlan, { subjects, looked }: Looked, deps: RunDeps): Promise<boolean> {
  const items = subjects.map((subject, at) => ({
    subject,
    found: looked[at],
    sentId: plan.source === 'history' ? deps.ids.next() : subject.deliveryId,
  }));
  return deps.db.run(async (tx) => {
    const acting = items.filter((item) => item.found.action !== 'skip');
    const lanes = acting.map(({ subject }) => ({ partner: subject.partner, dossierId: subject.dossierId }));
    const dossiers = await lockDossiers(tx, [...new Set(lanes.map((lane) => lane.dossierId))].sort());
    await lockLanes(tx, lanes);
    const now = await lockPlan(tx, plan.id, null);
    if (now?.state !== 'running' || now.leaseOwner !== deps.workerId || now.nextNumber !== plan.nextNumber)
      return false;
    const standing = new Map(
      (
        await readStanding(
          tx,
          acting.map((item) => item.subject.deliveryId),
        )
      ).map((one) => [one.id, one]),
    );
    if (acting.some((item) => hasChanged(item.subject, standing.get(item.subject.deliveryId)))) return false;
    if (plan.source === 'history' && (await wasReplayed(tx, acting))) return false;
    await send(tx, items, { plan: now, dossiers }, deps);
    await settleOrCancel(tx, acting, { plan: now, dossiers, standing }, deps);
    await writeHandled(tx, plan.id, items.map(handledOf), deps.clock.now());
    await updatePlan(tx, progressed(now, items, deps.clock.now()));
    return true;
  });
}

function hasChanged(subject: PlanSubject, standing: StandingDelivery | undefined): boolean {
  return standing === undefined || standing.status !== subject.status || standing.outcome !== subject.outcome;
}

/** A settled delivery stays as it is when it is told again: only its copies show that another plan has just done so. */
async function wasReplayed(tx: Tx, items: readonly Item[]): Promise<boolean> {
  const last = await readLastReplays(
    tx,
    items.map((item) => item.subject.deliveryId),
  );
  return items.some(({ subject }) => last.get(subject.deliveryId) !== subject.lastReplay);
}

interface Context {
  plan: ReplayPlan;
  dossiers: ReadonlyMap<string, DossierState | null>;
}

async function send(tx: Tx, all: readonly Item[], { plan }: Context, deps: RunDeps): Promise<void> {
  const items = all.filter(({ found }) => found.action === 'send');
  if (items.length === 0) return;
  const now = deps.clock.now();
  const written =
    plan.source === 'history'
      ? await replayHistory(
          tx,
          items.map(({ subject, found, sentId }) => ({
            id: subject.deliveryId,
            newId: sentId,
            place: placeOf(subject, all, deps),
            how: deps.adapters[subject.partner].historyReplay(subject.operation),
            isForgotten: isToldAnew(subject, found, deps),
          })),
          now,
        )
      : await requeueDead(
          tx,
          items.map(({ subject, found }) => ({
            id: subject.deliveryId,
            keepsContent:
              keepsContent(subject, plan, deps.adapters[subject.partner]) && !isToldAnew(subject, found, deps),
            editedRef: subject.editedRef,
            isForgotten: isToldAnew(subject, found, deps),
          })),
          now,
        );
  if (written !== items.length) throw new Error(`${written} of ${items.length} items were put back under their locks`);
  const lanes = new Map(
    items.map(({ subject: { partner, dossierId } }) => [`${partner} ${dossierId}`, { partner, dossierId }]),
  );
  refreshLanes(tx, [...lanes.values()]);
  const dossierIds = [...new Set(items.map((item) => item.subject.dossierId))];
  await clearMetAttention(tx, dossierIds, { actor: actorOf(plan) }, deps);
  await deps.syncLog.append(
    tx,
    items.map((item) => replayedEntry(item, plan)),
  );
}

/** The partner has lost the dossier, and this message tells it as if for the first time. */
function isToldAnew(subject: PlanSubject, found: FoundItem, deps: RunDeps): boolean {
  return found.isForgotten === true && isAsNow(subject, deps);
}

function isAsNow({ partner, operation }: PlanSubject, { adapters }: RunDeps): boolean {
  return adapters[partner].historyReplay(operation) === 'as-now';
}

/** Where a copy stands. The state of now comes before everything else that the plan tells its partner of the dossier: a partner that has lost
 *  the dossier takes nothing about it before. */
function placeOf(subject: PlanSubject, all: readonly Item[], deps: RunDeps): { causedSeq: number; step: number } {
  if (!isAsNow(subject, deps)) return subject;
  const first = all.find(
    ({ subject: { partner, dossierId } }) => partner === subject.partner && dossierId === subject.dossierId,
  )?.subject;
  return first === undefined || isAsNow(first, deps)
    ? (first ?? subject)
    : { causedSeq: first.causedSeq, step: first.step - 1 };
}

async function settleOrCancel(
  tx: Tx,
  items: readonly Item[],
  { plan, dossiers, standing }: Context & { standing: ReadonlyMap<string, StandingDelivery> },
  deps: RunDeps,
): Promise<void> {
  const of = (action: FoundItem['action']): (Item & { delivery: StandingDelivery })[] =>
    items
      .filter((item) => item.found.action === action)
      .map((item) => ({ ...item, delivery: standing.get(item.subject.deliveryId) as StandingDelivery }));
  await resolveUnknown(
    tx,
    of('settle').map(({ delivery, found }) => resolutionOf(delivery, found, plan)),
    { actor: actorOf(plan), dossiers, kind: 'delivery.settled', detail: { planId: plan.id } },
    deps,
  );
  if (plan.link !== null) await linkRegistration(tx, of('settle'), { plan, link: plan.link }, deps);
  await cancelDead(
    tx,
    of('cancel').map((item) => item.delivery),
    { actor: actorOf(plan), planId: plan.id },
    deps,
  );
}

/** The dossier goes on as if hộ tịch had reported the registration: the same command, by the word of two people. */
async function linkRegistration(
  tx: Tx,
  items: readonly Item[],
  { plan, link }: { plan: ReplayPlan; link: RegistrationLink },
  deps: RunDeps,
): Promise<void> {
  const at = rfc3339(deps.clock.now());
  await deps.applyOutcomes(
    tx,
    items.map(({ subject }) => ({
      dossierId: subject.dossierId,
      actor: actorOf(plan),
      command: { kind: 'registry-reported', status: RegistryStatus.Completed, at, result: link },
    })),
  );
  await deps.syncLog.append(
    tx,
    items.map(({ subject }) => ({
      kind: 'registry-result.received',
      actor: actorOf(plan),
      dossierId: subject.dossierId,
      codes: [subject.projection.codes.dvclt, link.registryCode],
      partner: subject.partner,
      unit: subject.unit,
      procedure: subject.procedure,
      contentDigest: link.resultDigest,
      detail: { planId: plan.id, status: RegistryStatus.Completed, contentRef: link.resultRef, scope: plan.action },
    })),
  );
}

function resolutionOf(delivery: StandingDelivery, found: FoundItem, plan: ReplayPlan): Resolution {
  const { oneStopCode } = found;
  return {
    delivery,
    outcome: 'already-applied',
    reasonCode: plan.action === 'replay' ? 'replay.found-applied' : `${plan.action}.by-people`,
    ...(oneStopCode === undefined ? {} : { proves: { oneStopCode } }),
  };
}

/** Whoever started it; a second person has agreed, as the plan says. */
function actorOf({ startedBy, requestedBy, startsByPolicy }: ReplayPlan): {
  id: string;
  type: 'person' | 'machine' | 'system';
} {
  return { id: startedBy ?? requestedBy, type: startsByPolicy ? 'system' : 'person' };
}

function replayedEntry({ subject, sentId, found }: Item, plan: ReplayPlan): SyncLogEntryInput {
  const { dvclt, oneStop } = subject.projection.codes;
  return {
    kind: 'delivery.replayed',
    actor: actorOf(plan),
    dossierId: subject.dossierId,
    codes: oneStop === undefined ? [dvclt] : [dvclt, oneStop],
    partner: subject.partner,
    operation: subject.operation,
    unit: subject.unit,
    procedure: subject.procedure,
    detail: {
      deliveryId: sentId,
      planId: plan.id,
      fromState: subject.status,
      toState: 'queued',
      reasonCode: plan.reasonCode,
      state: found.class,
      ...(subject.editedRef === null ? {} : { contentRef: subject.editedRef }),
      ...(sentId === subject.deliveryId ? {} : { refs: [subject.deliveryId] }),
    },
  };
}

function handledOf({ subject, found, sentId }: Item): HandledItem {
  const state = found.action === 'send' ? 'released' : found.action === 'skip' ? 'skipped' : 'done';
  return { number: subject.number, state, sentId: found.action === 'send' ? sentId : null };
}

function progressed(plan: ReplayPlan, items: readonly Item[], now: Date): ReplayPlan {
  const of = (action: FoundItem['action']): number => items.filter((item) => item.found.action === action).length;
  const { counts } = plan;
  const after: PlanCounts = {
    ...counts,
    sent: counts.sent + of('send'),
    settled: counts.settled + of('settle'),
    cancelled: counts.cancelled + of('cancel'),
    skipped: counts.skipped + of('skip'),
  };
  const last = items[items.length - 1].subject.number;
  return { ...plan, ...paceAfter(plan, of('send'), now), nextNumber: last + 1, counts: after };
}
