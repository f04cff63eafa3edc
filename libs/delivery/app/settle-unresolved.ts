import { codeOf } from '#platform';
import { writeSettlement } from '../adapters/settlement-rows';
import type { FinishedAttempt } from '../domain/attempt';
import type { JudgedAttempt } from '../domain/judge-attempt';
import { attemptRow, deliveryChange, entriesOf } from './describe-settlement';
import { judgeUnderLocks } from './judge-under-locks';
import { refreshLanes } from './refresh-lanes';
import type { SettlementDeps } from './settlement-deps';

const NO_EVIDENCE = { ref: null, digest: null, text: null };

/** The end of an attempt whose settlement fails for another reason than an absent database: the delivery is left `unknown` for a person,
 *  with its attempt row, and without what may be the cause of the failure (commands, sealed answer, codes of the partner). Nothing is lost and nothing
 *  is repeated (laws 2 and 4). The dossier is told that a person has to look, unless it is the dossier that cannot be told. */
export async function settleUnresolved(attempt: FinishedAttempt, error: unknown, deps: SettlementDeps): Promise<void> {
  try {
    await settle(attempt, error, deps, true);
  } catch (cause) {
    deps.log.error('settlement.dossier-not-told', { deliveryId: attempt.claim.deliveryId, code: codeOf(cause) });
    await settle(attempt, error, deps, false);
  }
}

async function settle(
  attempt: FinishedAttempt,
  error: unknown,
  deps: SettlementDeps,
  tellsDossier: boolean,
): Promise<void> {
  const { partner, operation, deliveryId, dossierId } = attempt.claim;
  const reasonCode = `settlement.${codeOf(error)}`;
  await deps.db.run(async (tx) => {
    const [judged] = await judgeUnderLocks(tx, [attempt], deps);
    if (judged === undefined) return;
    const next = judged.next === null ? null : ({ status: 'unknown', dueAt: null, dropContent: false } as const);
    const reduced: JudgedAttempt = { ...judged, next: judged.isLate ? null : next };
    const now = deps.clock.now();
    const change = deliveryChange(reduced, now, NO_EVIDENCE);
    writeSettlement(
      tx,
      [attemptRow(reduced, deps.workerId, NO_EVIDENCE)],
      change ? [{ ...change, outcome: 'unknown', reason_code: reasonCode }] : [],
    );
    if (tellsDossier && reduced.next !== null) {
      const command = { kind: 'delivery-unresolved', partner, operation, deliveryId, reasonCode } as const;
      await deps.applyOutcomes(tx, [{ dossierId, command, actor: { id: `courier.${partner}`, type: 'system' } }]);
    }
    refreshLanes(tx, [{ ...attempt.claim, ...(judged.isLate ? {} : { releaseAt: now }) }]);
    await deps.syncLog.append(tx, entriesOf(reduced, NO_EVIDENCE));
  });
}
