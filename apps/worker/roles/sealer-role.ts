import { CheckpointTopic } from '#bus/drivers';
import { codeOf, isHeldByOthers } from '#platform';
import { checkpointFile, Cosigning, fileLogKeys, httpWitness, loadWitnesses, makeMonths, Sealer } from '#synclog';
import type { Foundation } from '../foundation';
import { periodicRole, type PeriodicOptions } from './loops';
import type { Role } from './role';

/** Between two looks whether the months that come are made, ms. A look is one short read; there are three months of looks before one is missed. */
const MONTHS_EVERY_MS = 15 * 60_000;
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
  const months = periodicRole(logMonths({ db, log }));
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

/** Makes the months of the log. While a dump or a check reads the table, the next look is one period later and not after a back-off: each attempt makes
 *  other readers wait for a moment. */
export function logMonths({ db, log }: Pick<Foundation, 'db' | 'log'>): PeriodicOptions {
  return {
    name: 'log-months',
    everyMs: MONTHS_EVERY_MS,
    round: async () => {
      await makeMonths(db, MONTHS_AHEAD).catch((error: unknown) => {
        if (!isHeldByOthers(error)) throw error;
        log.info('log-months.held', { code: codeOf(error), nextLookMs: MONTHS_EVERY_MS });
      });
      return 0;
    },
    log,
  };
}
