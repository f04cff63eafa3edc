import type { Tx } from '#platform';
import { readDeliveries, readRecorded, type DeliveryRow } from '../adapters/settlement-rows';
import type { FinishedAttempt } from '../domain/attempt';
import { policyFor } from '../domain/decide-next';
import { judgeAttempt, type JudgedAttempt, type SentContent } from '../domain/judge-attempt';
import { laneText, lockLanes } from './lane-locks';
import type { SettlementDeps } from './settlement-deps';

/** Locks the lanes, reads the deliveries as they are then, and decides each attempt. In the order of the attempts, without those that are
 *  recorded already: they were settled by a commit whose answer was lost. */
export async function judgeUnderLocks(
  tx: Tx,
  attempts: readonly FinishedAttempt[],
  deps: SettlementDeps,
): Promise<JudgedAttempt[]> {
  const [locked, deliveries, recorded] = await Promise.all([
    lockLanes(
      tx,
      attempts.map((one) => one.claim),
    ),
    readDeliveries(
      tx,
      attempts.map((one) => one.claim.deliveryId),
    ),
    readRecorded(
      tx,
      attempts.map((one) => one.id),
    ),
  ]);
  const lanes = new Map(locked.map((lane) => [laneText(lane), lane]));
  const now = deps.clock.now();
  const open = attempts.filter((attempt) => !recorded.has(attempt.id));
  return open.map((attempt) => {
    const lane = lanes.get(laneText(attempt.claim));
    const delivery = deliveries.get(attempt.claim.deliveryId);
    const found = {
      status: delivery?.status ?? ('cancelled' as const),
      lastCallAt: delivery?.lastCallAt ?? null,
      fence: lane?.fence ?? '',
      leaseOwner: lane?.leaseOwner ?? null,
      content: contentOf(delivery),
    };
    const adapter = deps.adapterOf(attempt.claim.partner);
    const rules = {
      policy: policyFor(adapter.policy, attempt.claim.operation),
      repeatPolicy: adapter.repeatPolicy(attempt.claim.operation),
      random: deps.random(),
      now,
    };
    return judgeAttempt(attempt, found, deps.workerId, rules);
  });
}

function contentOf(delivery: DeliveryRow | undefined): SentContent | null {
  const { contentRef: ref, contentDigest: digest } = delivery ?? { contentRef: null, contentDigest: null };
  return ref === null || digest === null ? null : { ref, digest };
}
