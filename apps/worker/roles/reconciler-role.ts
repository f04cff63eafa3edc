import { loadCauses, readDayUsed } from '#delivery';
import type { PartnerId } from '#dossier';
import { localDay } from '#platform';
import { createPlan, loadReplayPolicy, requestDryRun, type PlanDeps } from '#replay';
import { loadReconciliationPolicy, ReconciliationRunner, startDue, type ProposeReplay } from '#reconciliation';
import { applyOutcomes, type Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for comparisons that have work, ms. */
const EVERY_MS = 250;
/** Between two looks whether the daily ones are due, ms. */
const SCHEDULE_EVERY_MS = 30_000;

/** Compares what partners have with what we have: daily, and when a person asks. */
export function reconcilerRole(foundation: Foundation): Role {
  const { db, workerId, syncLog, clock, ids, log, partners, settings, doorbell } = foundation;
  const policy = loadReconciliationPolicy(settings.configDir);
  const runner = new ReconciliationRunner(
    {
      db,
      workerId,
      policy,
      partners: partners.reconciled,
      deadlineMs: (partner) => partners.configs[partner].deadlines.callMs,
      hasRoom: (partner) => hasRoom({ partner, perDay: partners.configs[partner].limits.perDay }, foundation),
      decisionsByPush: partners.configs.onestop.decisions === 'push',
      applyOutcomes: applyOutcomes(foundation),
      proposeReplay: proposeReplay(foundation),
      syncLog,
      clock,
      ids,
      log,
    },
    { onProgress: () => doorbell.ring('outbox') },
  );
  const runs = periodicRole({ name: 'reconciler', everyMs: EVERY_MS, round: (signal) => runner.runOnce(signal), log });
  const schedule = periodicRole({
    name: 'reconciliation-schedule',
    everyMs: SCHEDULE_EVERY_MS,
    round: () => startDue({ db, policy, syncLog, clock, ids, log }),
    log,
  });
  return {
    name: 'reconciler',
    start: async () => {
      await runs.start();
      await schedule.start();
    },
    stop: async () => {
      await Promise.all([runs.stop(), schedule.stop()]);
      await runner.stop();
    },
  };
}

/** Half of the calls that the partner takes in a day are kept for deliveries, whoever has used the other half.
 *  @param perDay undefined: it takes any number */
export async function hasRoom(
  { partner, perDay }: { partner: PartnerId; perDay: number | undefined },
  { db, clock }: Pick<Foundation, 'db' | 'clock'>,
): Promise<boolean> {
  return perDay === undefined || (await readDayUsed(db, partner, localDay(clock.now()))) * 2 < perDay;
}

/** A plan over what was settled, by the policy of replays: it starts by itself only where that asks for no second person. */
function proposeReplay({ db, vault, syncLog, clock, ids, settings, doorbell }: Foundation): ProposeReplay {
  const { configDir } = settings;
  const policy = loadReplayPolicy(configDir);
  const deps: PlanDeps = { db, vault, syncLog, clock, ids, policy, causes: loadCauses(configDir) };
  return async ({ reconciliationId, deliveryIds }) => {
    const by = { actor: { id: 'reconciliation', type: 'system' }, units: null } as const;
    const plan = await createPlan(
      {
        source: 'history',
        selection: { ids: deliveryIds },
        reasonCode: 'partner-lost-data',
        reason: 'a reconciliation found differences that telling again removes',
        startsByPolicy: true,
      },
      { ...by, idempotencyKey: `reconciliation ${reconciliationId}` },
      deps,
    );
    await requestDryRun(plan.id, { ...by, idempotencyKey: `reconciliation ${reconciliationId} dry-run` }, deps);
    doorbell.ring('outbox');
  };
}
