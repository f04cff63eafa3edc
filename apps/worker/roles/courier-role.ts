import { Courier, SettleQueue, WorkerHeartbeat } from '#delivery';
import { PARTNER_IDS } from '#dossier';
import { applyOutcomes, type Foundation } from '../foundation';
import type { Role } from './role';

/** One courier per partner, and the heartbeat by which others know that this worker lives. */
export function couriersRole(foundation: Foundation): Role {
  const { db, workerId, syncLog, clock, ids, random, log, doorbell, vault, fileTokens, partners, settings } =
    foundation;
  const heartbeat = new WorkerHeartbeat({
    db,
    workerId,
    roles: settings.roles,
    syncLog,
    onFreed: () => doorbell.ring('lanes'),
    clock,
    ids,
    log,
  });
  const settleQueue = sharedSettlement(foundation);
  const couriers = PARTNER_IDS.map(
    (partner) =>
      new Courier({
        db,
        adapter: partners.adapters[partner],
        workerId,
        heartbeat,
        doorbell,
        vault,
        fileTokens,
        syncLog,
        settleQueue,
        clock,
        ids,
        random,
        log,
      }),
  );
  return {
    name: 'couriers',
    start: async () => {
      await heartbeat.start();
      for (const courier of couriers) courier.start();
    },
    stop: async () => {
      await Promise.all(couriers.map((courier) => courier.stop()));
      await heartbeat.stop();
    },
  };
}

/** One settlement for all couriers of this worker: batches of several would wait for each other's dossiers. */
function sharedSettlement(foundation: Foundation): SettleQueue {
  const { db, workerId, syncLog, clock, ids, random, log, doorbell, vault, partners } = foundation;
  return new SettleQueue(
    {
      db,
      workerId,
      adapterOf: (partner) => partners.adapters[partner],
      applyOutcomes: applyOutcomes(foundation),
      syncLog,
      vault,
      clock,
      ids,
      random,
      log,
    },
    {
      onSettled: () => {
        doorbell.ring('outbox');
        doorbell.ring('lanes');
      },
    },
  );
}
