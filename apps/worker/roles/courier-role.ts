import {
  Courier,
  createSharedContents,
  ReplyRules,
  SettleQueue,
  withClassifiedTexts,
  WorkerHeartbeat,
} from '#delivery';
import { PARTNER_IDS } from '#dossier';
import { applyOutcomes, type Foundation } from '../foundation';
import { replyRulesRole } from './reply-rules-role';
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
  const contents = createSharedContents({ db, workerId, vault, log });
  const rules = new ReplyRules(db, vault);
  const ruleReader = replyRulesRole(foundation, rules);
  const couriers = PARTNER_IDS.map(
    (partner) =>
      new Courier({
        db,
        adapter: withClassifiedTexts(partners.adapters[partner], rules),
        workerId,
        heartbeat,
        doorbell,
        vault,
        fileTokens,
        syncLog,
        settleQueue,
        contents,
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
      await ruleReader.start();
      for (const courier of couriers) courier.start();
    },
    stop: async () => {
      await Promise.all(couriers.map((courier) => courier.stop()));
      await ruleReader.stop();
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
