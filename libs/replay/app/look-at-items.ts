import type { DeliveryTask, FieldComplaint, PartnerView, PayloadReader, ReplayAdapter } from '#delivery';
import { isMoot, type PartnerId } from '#dossier';
import { AppError, codeOf, isConnectionLost, type Clock, type Log } from '#platform';
import type { PlanSubject } from '../adapters/item-store';
import { actionFor, classWithoutAsking, mayHaveArrived, type FoundItem, type ItemClass } from '../domain/item-class';
import type { ReplayPlan } from '../domain/plan';
import type { Questions } from './questions';

export interface LookDeps {
  adapters: Readonly<Record<PartnerId, ReplayAdapter>>;
  /** Reads payloads, and gives no link to anybody. */
  payloads: PayloadReader;
  questions: Pick<Questions, 'ask'>;
  clock: Clock;
  log: Log;
}

type LookedPlan = Pick<ReplayPlan, 'action' | 'source'>;

/** What each item is now: what we know of it, whether its message can be made today, and what its partner says. Nothing is sent and nothing is
 *  changed. The items of a dossier come together.
 *  @throws what the database throws while it is away: then nothing was found out */
export async function lookAtItems(
  subjects: readonly PlanSubject[],
  plan: LookedPlan,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<FoundItem[]> {
  // A dead letter is never needless: left where it is, it would park its lane.
  const needless = plan.source === 'history' ? needlessOnes(subjects, deps) : new Set<PlanSubject>();
  const found = await Promise.all(
    subjects.map((subject) => look({ subject, isDuplicate: needless.has(subject) }, plan, deps, signal)),
  );
  return plan.action === 'replay' ? withoutBlocked(subjects, found) : found;
}

/** What is sent behind a dead letter never goes out, unless that one goes out with it. Subjects come in the order of their lanes. */
function withoutBlocked(subjects: readonly PlanSubject[], found: readonly FoundItem[]): FoundItem[] {
  const leaves = new Set<string>();
  return subjects.map(({ deliveryId, blockers }, at) => {
    const isBlocked = found[at].action === 'send' && blockers.some((blocker) => !leaves.has(blocker));
    if (isBlocked) return { class: 'behind-dead-letter', action: 'skip' };
    if (found[at].action !== 'skip') leaves.add(deliveryId);
    return found[at];
  });
}

interface Looked {
  subject: PlanSubject;
  isDuplicate: boolean;
}

async function look(
  { subject, isDuplicate }: Looked,
  plan: LookedPlan,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<FoundItem> {
  const adapter = deps.adapters[subject.partner];
  const known = classWithoutAsking(
    {
      status: subject.status,
      isLeased: subject.isLeased,
      isMoot: isMoot({ operation: subject.operation }, subject.projection),
      isDuplicate,
      overtakes: subject.newerSeq !== null,
      isPlannedElsewhere: subject.isPlannedElsewhere,
      historyReplay: adapter.historyReplay(subject.operation),
    },
    plan.source,
  );
  const as = (itemClass: ItemClass, details: Omit<FoundItem, 'class' | 'action'> = {}): FoundItem => ({
    class: itemClass,
    action: actionFor(itemClass, plan.action, {
      source: plan.source,
      outcome: subject.outcome,
      wasUnknown: subject.wasUnknown,
      repeatPolicy: adapter.repeatPolicy(subject.operation),
    }),
    ...details,
  });
  if (known !== undefined) return as(known, known === 'overtakes' ? { newerSeq: subject.newerSeq ?? 0 } : {});
  const task = taskOf(subject);
  const validity = await validityOf(subject, plan, adapter, deps);
  if ('invalid' in validity) return as('invalid', validity.invalid);
  const view = await deps.questions.ask(adapter, task, signal);
  const isTooSoon =
    view.verdict === 'absent' && plan.source === 'dead-letters' && mayStillArrive(subject, adapter, deps);
  return answered(subject, plan, isTooSoon ? TOO_SOON : view, { as, complaints: validity.complaints });
}

const TOO_SOON: PartnerView = { verdict: 'cannot-tell', reasonCode: 'replay.absent-too-soon' };

/** Until then the last call may still be running at the partner, and its absence proves nothing (CONTRACTS §1.3). */
function mayStillArrive(subject: PlanSubject, adapter: ReplayAdapter, { clock }: LookDeps): boolean {
  const { deadlineMs, absentAfterMs } = adapter.policy;
  if (adapter.repeatPolicy(subject.operation) !== 'probe-first' || !mayHaveArrived(subject)) return false;
  return (
    subject.lastAttemptAt !== null &&
    clock.now().getTime() <= subject.lastAttemptAt.getTime() + deadlineMs + absentAfterMs
  );
}

interface Answering {
  as(itemClass: ItemClass, details?: Omit<FoundItem, 'class' | 'action'>): FoundItem;
  complaints: readonly FieldComplaint[];
}

function answered(subject: PlanSubject, plan: LookedPlan, view: PartnerView, { as, complaints }: Answering): FoundItem {
  const { reasonCode, status, oneStopCode, isForgotten } = view;
  const details = {
    reasonCode,
    ...(status === undefined ? {} : { status }),
    ...(oneStopCode === undefined ? {} : { oneStopCode }),
    ...(isForgotten === undefined ? {} : { isForgotten }),
    ...(complaints.length === 0 ? {} : { complaints }),
  };
  const found = as(view.verdict, details);
  // A hand-over is done when the one-stop's code is known (quirks.md §4): nobody's word stands for it.
  const lacksCode =
    found.action === 'settle' &&
    subject.operation === 'hand-over-dossier' &&
    oneStopCode === undefined &&
    subject.projection.codes.oneStop === undefined;
  return lacksCode && plan.action !== 'replay'
    ? { ...found, action: 'skip', reasonCode: 'one-stop-code-needed' }
    : found;
}

/** Of those that tell the same one is enough. Of a message with the state of now the first of the dossier: what stands behind it may need it
 *  (the portal takes a row only of a dossier that it knows). Of one fact the last. */
function needlessOnes(subjects: readonly PlanSubject[], { adapters }: LookDeps): ReadonlySet<PlanSubject> {
  const kept = new Map<string, PlanSubject>();
  const needless = new Set<PlanSubject>();
  for (const subject of subjects) {
    const { partner, dossierId, operation, causedSeq, step } = subject;
    const isAsNow = adapters[partner].historyReplay(operation) === 'as-now';
    const key = `${partner} ${dossierId} ${operation}${isAsNow ? '' : ` ${causedSeq} ${step}`}`;
    const earlier = kept.get(key);
    if (earlier !== undefined) needless.add(isAsNow ? subject : earlier);
    if (earlier === undefined || !isAsNow) kept.set(key, subject);
  }
  return needless;
}

type Validity = { complaints: readonly FieldComplaint[] } | { invalid: Omit<FoundItem, 'class' | 'action'> };

/** Whether the message can be made by today's rules, and of what its partner would complain. Kept bytes go out as they are. */
async function validityOf(
  subject: PlanSubject,
  plan: LookedPlan,
  adapter: ReplayAdapter,
  { payloads, log }: LookDeps,
): Promise<Validity> {
  if (plan.action === 'replay' && subject.isErased) return { invalid: { reasonCode: 'vault-erased' } };
  if (plan.action !== 'replay' || keepsContent(subject, plan, adapter)) return { complaints: [] };
  try {
    return { complaints: await adapter.complaints(taskOf(subject), payloads) };
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    if (!(error instanceof AppError))
      log.error('replay.look-failed', { deliveryId: subject.deliveryId, code: codeOf(error) });
    const field = error instanceof AppError ? error.field : undefined;
    return {
      invalid: {
        reasonCode: codeOf(error),
        ...(field === undefined ? {} : { complaints: [{ field, problem: 'missing' }] }),
      },
    };
  }
}

/** An earlier try may have arrived: its bytes are repeated (CONTRACTS §1.3). History goes out as it was, unless it carries the state of now. */
export function keepsContent(
  {
    contentRef,
    outcome,
    wasUnknown,
    editedRef,
    operation,
  }: Pick<PlanSubject, 'contentRef' | 'outcome' | 'wasUnknown' | 'editedRef' | 'operation'>,
  { source }: Pick<ReplayPlan, 'source'>,
  adapter: Pick<ReplayAdapter, 'historyReplay'>,
): boolean {
  if (contentRef === null || editedRef !== null) return false;
  if (source === 'history') return adapter.historyReplay(operation) === 'as-was';
  return outcome !== 'refused' && mayHaveArrived({ outcome, wasUnknown });
}

function taskOf({
  deliveryId,
  partner,
  operation,
  facts,
  projection,
  attempts,
  wasUnknown,
}: PlanSubject): DeliveryTask {
  return { deliveryId, partner, operation, facts, dossier: projection, attempts, wasUnknown };
}
