import { CheckpointTopic } from '#bus/drivers';
import { checkpointFile, Cosigning, fileLogKeys, httpWitness, loadWitnesses, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** Seals the sync log, signs its checkpoints, and has them cosigned. */
export function sealerRole({ db, relayDb, doorbell, settings, clock, random, log, workerId }: Foundation): Role {
  const { checkpointDir, bus, keyDir, configDir } = settings;
  const keys = fileLogKeys(keyDir);
  const origin = keys().name;
  const brokers = bus.brokers.join(',');
  const clientId = `lienthong-sealer-${workerId}`;
  const topic = bus.kind === 'kafka' ? new CheckpointTopic({ brokers, clientId, log, origin }) : undefined;
  const sealer = new Sealer({
    db: relayDb,
    keys,
    places: [...(checkpointDir === null ? [] : [checkpointFile(checkpointDir)]), ...(topic ? [topic] : [])],
    doorbell,
    clock,
    log,
  });
  // Proofs are many small reads: the pool of sequencer and relay is not for them.
  const cosigning = new Cosigning(loadWitnesses(configDir), {
    db,
    origin,
    logKeys: keys,
    connect: httpWitness,
    learn: (published) => sealer.learn(published),
    clock,
    random,
    log,
  });
  return {
    name: 'sealer',
    start: () => {
      sealer.start();
      cosigning.start();
    },
    stop: async () => {
      await Promise.all([sealer.stop(), cosigning.stop()]);
      await topic?.close();
    },
  };
}
