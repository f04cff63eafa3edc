import { isMoot, lockDossiers, type DossierState } from '#dossier';
import type { Tx } from '#platform';
import { writeSettlement, type DeliveryChange } from '../adapters/settlement-rows';
import type { FinishedAttempt } from '../domain/attempt';
import { commandsOfStep } from '../domain/commands-of-step';
import type { NextStep } from '../domain/decide-next';
import type { JudgedAttempt } from '../domain/judge-attempt';
import { attemptRow, cancelledEntry, deliveryChange, entriesOf } from './describe-settlement';
import { judgeUnderLocks } from './judge-under-locks';
import { keepAnswers } from './keep-answers';
import { logAttempt } from './log-attempt';
import { refreshLanes } from './refresh-lanes';
import type { SettlementDeps } from './settlement-deps';
import { supplyEarlierSteps } from './supply-earlier-steps';

const COURIER = { id: 'courier', type: 'system' } as const;

/** Settles many attempts in one transaction: attempt rows, delivery states, journal events, outbox and sync log (law 9). At most one
 *  attempt a delivery. The order of locks is the global one: dossiers, lanes, the rest.
 *  @returns those that this transaction settled: what an earlier one had committed, whose answer was lost, is not among them */
export async function settleAttempts(
  attempts: readonly FinishedAttempt[],
  deps: SettlementDeps,
): Promise<JudgedAttempt[]> {
  if (attempts.length === 0) return [];
  const judged = await deps.db.run((tx) => settleIn(tx, attempts, deps));
  for (const one of judged) logAttempt(one, deps.log);
  return judged;
}

async function settleIn(tx: Tx, all: readonly FinishedAttempt[], deps: SettlementDeps): Promise<JudgedAttempt[]> {
  // Sent together, carried out in this order: dossiers, lanes, the rest.
  const [dossiers, found] = await Promise.all([
    lockDossiers(tx, [...new Set(all.map((one) => one.claim.dossierId))].sort()),
    judgeUnderLocks(tx, all, deps),
  ]);
  if (found.length === 0) return [];
  const attempts = found.map((one) => one.attempt);
  const moot = new Set(found.filter((one) => isNowMoot(one, dossiers, deps)).map((one) => one.attempt.id));
  const judged = found.map((one) => (moot.has(one.attempt.id) ? { ...one, next: NOT_OWED } : one));
  const evidence = await keepAnswers(tx, attempts, deps.vault);
  await deps.applyOutcomes(
    tx,
    judged.flatMap((one) =>
      commandsOfStep(one).map((command) => ({ dossierId: one.attempt.claim.dossierId, command, actor: COURIER })),
    ),
    dossiers,
  );
  const now = deps.clock.now();
  const changes = judged
    .map((one, at) => cancelIf(moot.has(one.attempt.id), deliveryChange(one, now, evidence[at]), now))
    .filter((change) => change !== undefined);
  writeSettlement(
    tx,
    judged.map((one, at) => attemptRow(one, deps.workerId, evidence[at])),
    changes,
  );
  const supplied = await supplyEarlierSteps(
    tx,
    judged.filter((one) => !moot.has(one.attempt.id)),
    { ids: deps.ids, now },
  );
  refreshLanes(
    tx,
    judged.map(({ attempt, isLate }) => ({
      partner: attempt.claim.partner,
      dossierId: attempt.claim.dossierId,
      ...(isLate ? {} : { releaseAt: now }),
    })),
  );
  await deps.syncLog.append(tx, [
    ...judged.flatMap((one, at) => [
      ...entriesOf(one, evidence[at]),
      ...(moot.has(one.attempt.id) ? [cancelledEntry(one.attempt)] : []),
    ]),
    ...supplied,
  ]);
  return judged;
}

/** What a moot delivery would wait for: nothing. It is cancelled in the same statement. */
const NOT_OWED: NextStep = { status: 'waiting', dueAt: new Date(0), dropContent: false };

/** It was in flight when its dossier ended, and did not arrive: sending it again would tell what is no longer true (DESIGN §7, Moot).
 *  Of a message that may be repeated freely it does not matter either whether it arrived, or that it was not taken: nobody is called. */
function isNowMoot(
  { attempt, next }: JudgedAttempt,
  dossiers: ReadonlyMap<string, DossierState | null>,
  deps: Pick<SettlementDeps, 'adapterOf'>,
): boolean {
  const { dossierId, partner, operation } = attempt.claim;
  const state = dossiers.get(dossierId);
  if (!next || !state || next.status === 'settled' || !isMoot({ operation }, state)) return false;
  return next.status === 'waiting' || deps.adapterOf(partner).repeatPolicy(operation) === 'harmless-repeat';
}

function cancelIf(isMootNow: boolean, change: DeliveryChange | undefined, now: Date): DeliveryChange | undefined {
  return isMootNow && change ? { ...change, status: 'cancelled', due_at: null, settled_at: now } : change;
}
