import { codeOf, type Clock, type Log } from '#platform';
import type { ClaimedDelivery } from '../domain/attempt';
import type { TriedAttempt } from '../domain/decide-next';
import type { CallResult, DeliveryTask, PartnerAdapter, ProbeResult, RenderedContent } from '../ports';

export interface TryDeps {
  adapter: PartnerAdapter;
  clock: Clock;
  log: Log;
}

/** An adapter that does not end at its deadline is given up on this much later, still inside the lease. */
const DEADLINE_GRACE_MS = 2_000;

export function taskOf(claim: ClaimedDelivery): DeliveryTask {
  const { deliveryId, partner, operation, facts, dossier, attempts, firstAttemptAt, wasUnknown } = claim;
  return {
    deliveryId,
    partner,
    operation,
    facts,
    dossier,
    attempts: attempts - 1,
    wasUnknown,
    ...(attempts > 1 ? { firstAttemptAt } : {}),
  };
}

/** An unknown delivery is asked about, not repeated, unless its operation says that a repeat is harmless (law 2). */
export function isProbe(claim: ClaimedDelivery, adapter: Pick<PartnerAdapter, 'repeatPolicy'>): boolean {
  return claim.status === 'unknown' && adapter.repeatPolicy(claim.operation) === 'probe-first';
}

/** One call or one probe under one total deadline. Never throws.
 *  @param mayWrite asked in the tick in which bytes are written */
export async function tryDelivery(
  claim: ClaimedDelivery,
  content: RenderedContent,
  mayWrite: () => boolean,
  deps: TryDeps,
): Promise<TriedAttempt> {
  const { adapter } = deps;
  const task = taskOf(claim);
  const isAsking = isProbe(claim, adapter);
  if (!mayWrite()) return isAsking ? asked(deps.clock.now(), NOT_STARTED) : { kind: 'call', result: NOT_STARTED };
  try {
    return await withinDeadline(adapter.policy.deadlineMs, async (signal) =>
      isAsking
        ? { kind: 'probe', probe: await adapter.probe(task, content, signal) }
        : { kind: 'call', result: await adapter.send(task, content, signal, mayWrite) },
    );
  } catch (error) {
    deps.log.error('adapter.failed', {
      deliveryId: claim.deliveryId,
      partner: claim.partner,
      operation: claim.operation,
      code: codeOf(error),
    });
    // Nobody knows how far it came.
    const result: CallResult = { outcome: 'unknown', wire: 'written', reasonCode: `adapter.${codeOf(error)}` };
    return isAsking ? asked(deps.clock.now(), result) : { kind: 'call', result };
  }
}

const NOT_STARTED: CallResult = { outcome: 'retry', wire: 'not-written', reasonCode: 'lease.too-old' };

function asked(askedAt: Date, call: CallResult): TriedAttempt {
  const probe: ProbeResult = { verdict: 'cannot-tell', askedAt, call };
  return { kind: 'probe', probe };
}

async function withinDeadline<T>(deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  let lastTimer: NodeJS.Timeout | undefined;
  const ignored = new Promise<never>((_resolve, reject) => {
    lastTimer = setTimeout(
      () => reject(Object.assign(new Error('the deadline was ignored'), { code: 'deadline-ignored' })),
      deadlineMs + DEADLINE_GRACE_MS,
    );
  });
  try {
    return await Promise.race([work(deadline.signal), ignored]);
  } finally {
    clearTimeout(timer);
    clearTimeout(lastTimer);
  }
}
