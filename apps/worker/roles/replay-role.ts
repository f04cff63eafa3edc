import { createPayloadReader, loadCauses, PayloadOpener, type PayloadReader } from '#delivery';
import { loadReplayPolicy, lookAfterWatches, Questions, ReplayRunner } from '#replay';
import { applyOutcomes, type Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for plans that have work, ms. */
const EVERY_MS = 100;
/** Between two looks for watches that are due, ms. */
const WATCHES_EVERY_MS = 1_000;

/** Carries replay plans: dry runs, and runs in waves. */
export function replaysRole(foundation: Foundation): Role {
  const { db, workerId, syncLog, clock, ids, log, partners, settings, doorbell, vault } = foundation;
  const deps = {
    db,
    workerId,
    policy: loadReplayPolicy(settings.configDir),
    adapters: partners.adapters,
    payloads: lookingReader(foundation),
    // A quarter of the partner's slots: deliveries of the day go on beside.
    questions: new Questions((partner) =>
      Math.max(1, Math.floor(partners.adapters[partner].policy.maxConcurrency / 4)),
    ),
    applyOutcomes: applyOutcomes(foundation),
    syncLog,
    clock,
    ids,
    log,
    vault,
    causes: loadCauses(settings.configDir),
  };
  const onProgress = (): void => {
    doorbell.ring('lanes');
    doorbell.ring('outbox');
  };
  const runner = new ReplayRunner(deps, { onProgress });
  const role = periodicRole({ name: 'replays', everyMs: EVERY_MS, round: (signal) => runner.runOnce(signal), log });
  const watches = periodicRole({
    name: 'watches',
    everyMs: WATCHES_EVERY_MS,
    round: (signal) => lookAfterWatches(deps, signal),
    log,
  });
  return {
    name: 'replays',
    start: async () => {
      await role.start();
      await watches.start();
    },
    stop: async () => {
      await Promise.all([role.stop(), watches.stop()]);
      await runner.stop();
    },
  };
}

/** Payloads as a look needs them: no link is handed out for a message that may never be sent. */
function lookingReader({ vault, fileTokens, db, clock }: Foundation): PayloadReader {
  const opener = new PayloadOpener(vault);
  const reader = createPayloadReader({ partner: 'dvcqg', opener, vault, fileTokens, db, clock });
  return { ...reader, fileUrl: async () => 'https://link.invalid/of-a-dry-run' };
}
