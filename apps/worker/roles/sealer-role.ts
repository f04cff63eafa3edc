import { CheckpointTopic } from '#bus/drivers';
import { checkpointFile, fileLogKey, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** Seals the sync log and signs its checkpoints. */
export function sealerRole({ relayDb, doorbell, settings, clock, log, workerId }: Foundation): Role {
  const { checkpointDir, bus, keyDir } = settings;
  const signer = fileLogKey(keyDir);
  const brokers = bus.brokers.join(',');
  const clientId = `lienthong-sealer-${workerId}`;
  const topic = bus.kind === 'kafka' ? new CheckpointTopic({ brokers, clientId, log, origin: signer.name }) : undefined;
  const sealer = new Sealer({
    db: relayDb,
    signer,
    places: [...(checkpointDir === null ? [] : [checkpointFile(checkpointDir)]), ...(topic ? [topic] : [])],
    doorbell,
    clock,
    log,
  });
  return {
    name: 'sealer',
    start: () => sealer.start(),
    stop: async () => {
      await sealer.stop();
      await topic?.close();
    },
  };
}
