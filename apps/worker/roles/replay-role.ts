import { createPayloadReader, PayloadOpener, type PayloadReader } from '#delivery';
import { AskSlots, loadReplayPolicy, ReplayRunner } from '#replay';
import { applyOutcomes, type Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for plans that have work, ms. */
const EVERY_MS = 100;

/** Carries replay plans: dry runs, and runs in waves. */
export function replaysRole(foundation: Foundation): Role {
  const { db, workerId, syncLog, clock, ids, log, partners, settings, doorbell } = foundation;
  const runner = new ReplayRunner(
    {
      db,
      workerId,
      policy: loadReplayPolicy(settings.configDir),
      adapters: partners.adapters,
      payloads: lookingReader(foundation),
      // A quarter of the partner's slots: deliveries of the day go on beside.
      slots: new AskSlots((partner) => Math.max(1, Math.floor(partners.adapters[partner].policy.maxConcurrency / 4))),
      applyOutcomes: applyOutcomes(foundation),
      syncLog,
      clock,
      ids,
      log,
    },
    {
      onProgress: () => {
        doorbell.ring('lanes');
        doorbell.ring('outbox');
      },
    },
  );
  const role = periodicRole({ name: 'replays', everyMs: EVERY_MS, round: (signal) => runner.runOnce(signal), log });
  return {
    name: 'replays',
    start: () => role.start(),
    stop: async () => {
      await role.stop();
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
