import { checkpointFile, fileLogKey, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** Seals the sync log and signs its checkpoints. */
export function sealerRole({ relayDb, doorbell, settings, clock, log }: Foundation): Role {
  const sealer = new Sealer({
    db: relayDb,
    signer: fileLogKey(settings.keyDir),
    places: settings.checkpointDir === null ? [] : [checkpointFile(settings.checkpointDir)],
    doorbell,
    clock,
    log,
  });
  return { name: 'sealer', start: () => sealer.start(), stop: () => sealer.stop() };
}
