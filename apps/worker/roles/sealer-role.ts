import { CheckpointTopic } from '#bus/drivers';
import { checkpointFile, fileLogKey, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** Seals the sync log and signs its checkpoints. */
export function sealerRole({ relayDb, doorbell, settings, clock, log, workerId }: Foundation): Role {
  const { checkpointDir, bus, keyDir } = settings;
  const topic =
    bus.kind === 'kafka'
      ? new CheckpointTopic({ brokers: bus.brokers.join(','), clientId: `lienthong-sealer-${workerId}`, log })
      : undefined;
  const sealer = new Sealer({
    db: relayDb,
    signer: fileLogKey(keyDir),
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
