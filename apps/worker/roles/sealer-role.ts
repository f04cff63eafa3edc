import { CheckpointTopic } from '#bus/drivers';
import { checkpointFile, Cosigning, fileLogKeys, httpWitness, loadWitnesses, makeMonths, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks whether the months that come are made, ms. */
const MONTHS_EVERY_MS = 6 * 3_600_000;
/** Months that are made before they come. */
const MONTHS_AHEAD = 3;

/** Seals the sync log, signs its checkpoints, has them cosigned, and makes its months. */
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
  const months = periodicRole({
    name: 'log-months',
    everyMs: MONTHS_EVERY_MS,
    // Several of them would only be in each other's way: what is made is whole.
    round: async () => {
      await makeMonths(db, MONTHS_AHEAD);
      return 0;
    },
    log,
  });
  return {
    name: 'sealer',
    start: async () => {
      sealer.start();
      cosigning.start();
      await months.start();
    },
    stop: async () => {
      await Promise.all([sealer.stop(), cosigning.stop(), months.stop()]);
      await topic?.close();
    },
  };
}
