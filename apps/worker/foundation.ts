import {
  createFileTokens,
  createVault,
  fileMasterKeys,
  objectPlaces,
  type FileTokens,
  type MasterKeys,
  type ObjectPlaces,
  type OutsideStore,
  type Vault,
} from '#access';
import { type Bus } from '#bus';
import { createBus } from '#bus/drivers';
import { applyCommands, loadProcedures, type ApplyDependencies, type Procedure } from '#dossier';
import { SharedBudget, type ApplyOutcomes } from '#delivery';
import { createPartners, type Partners } from '#partners';
import {
  Database,
  Doorbell,
  jsonLog,
  systemClock,
  systemRandom,
  uuidIds,
  type Clock,
  type Ids,
  type Log,
  type Random,
  type WorkerSettings,
} from '#platform';
import { createSyncLog, type SyncLog } from '#synclog';

/** What every role of a worker is built from. */
export interface Foundation {
  settings: WorkerSettings;
  workerId: string;
  /** For couriers, pollers, router, clocks. */
  db: Database;
  /** For sequencer and relay: they must not wait behind a busy pool. */
  relayDb: Database;
  doorbell: Doorbell;
  bus: Bus;
  masterKeys: MasterKeys;
  /** Where the sealed bytes of large objects lie. */
  places: ObjectPlaces & { outsideStore?: OutsideStore };
  vault: Vault;
  fileTokens: FileTokens;
  syncLog: SyncLog;
  procedures: readonly Procedure[];
  partners: Partners;
  apply: ApplyDependencies;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
}

/** Opens pools, keys, bus and partners; nothing runs yet. `onFatal` ends the process for the supervisor to start again. */
export function createFoundation(settings: WorkerSettings, onFatal: (error: unknown) => void): Foundation {
  const log = jsonLog('worker', settings.logLevel);
  const ids = uuidIds;
  const clock = systemClock;
  const db = new Database(
    { url: settings.databaseUrl, applicationName: 'lienthong-worker', maxConnections: settings.databasePoolSize },
    log,
  );
  const relayDb = new Database(
    { url: settings.databaseUrl, applicationName: 'lienthong-relay', maxConnections: 4 },
    log,
  );
  const doorbell = new Doorbell(settings.databaseUrl, log, { applicationName: 'lienthong-worker-doorbell' });
  const keys = fileMasterKeys(settings.keyDir);
  const places = objectPlaces({ db, clock, ...settings });
  const workerId = settings.workerId ?? ids.next();
  const procedures = loadProcedures(settings.configDir);
  return {
    settings,
    workerId,
    db,
    relayDb,
    doorbell,
    bus: createBus({
      kind: settings.bus.kind,
      brokers: settings.bus.brokers.join(','),
      db: relayDb,
      doorbell,
      log,
      clientId: `lienthong-worker-${workerId}`,
      onFatal,
    }),
    masterKeys: keys,
    places,
    vault: createVault({ db, keys, ids, clock, outside: places.outside }),
    fileTokens: createFileTokens({ keys, publicUrl: settings.publicUrl, linkDays: settings.fileLinkDays, clock }),
    syncLog: createSyncLog({ ids, clock }),
    procedures,
    partners: createPartners({
      configDir: settings.configDir,
      env: process.env,
      log,
      clock,
      budget: (partner, limits) => new SharedBudget({ db, partner, limits, clock, log }),
    }),
    apply: { procedures, clock, ids },
    clock,
    ids,
    random: systemRandom,
    log,
  };
}

/** `applyCommands` with the worker's dependencies bound. */
export function applyOutcomes(foundation: Foundation): ApplyOutcomes {
  return (tx, commands, locked) => applyCommands(tx, commands, foundation.apply, locked);
}

/** Closes what `createFoundation` opened; call it when no role runs any more. */
export async function closeFoundation(foundation: Foundation): Promise<void> {
  await foundation.bus.close();
  await foundation.doorbell.stop();
  await foundation.db.close();
  await foundation.relayDb.close();
}
