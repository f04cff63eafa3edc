import { CheckpointTopic } from '#bus/drivers';
import { checkpointFile, Cosigning, fileLogKey, httpWitness, loadWitnesses, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** Seals the sync log, signs its checkpoints, and has them cosigned. */
export function sealerRole({ db, relayDb, doorbell, settings, clock, random, log, workerId }: Foundation): Role {
  const { checkpointDir, bus, keyDir, configDir } = settings;
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
  // Proofs are many small reads: the pool of sequencer and relay is not for them.
  const cosigning = new Cosigning(loadWitnesses(configDir), {
    db,
    logVkey: signer.vkey,
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
