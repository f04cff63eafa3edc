import {
  createFileTokens,
  createVault,
  fileMasterKeys,
  objectPlaces,
  type FileTokens,
  type MasterKeys,
  type ObjectPlaces,
  type Vault,
} from '#access';
import { type Bus } from '#bus';
import { createBus } from '#bus/drivers';
import { loadCauses, type Cause } from '#delivery';
import { loadProcedures, type Procedure } from '#dossier';
import { loadQuarantineCauses, loadUnits, type QuarantineCause, type UnitCrossWalk } from '#intake';
import {
  Database,
  Doorbell,
  promMetrics,
  systemClock,
  uuidIds,
  type Clock,
  type GatewaySettings,
  type Ids,
  type Log,
  type Metrics,
  WatchedTls,
} from '#platform';
import { loadLabels, loadPurposes, type LabelList, type PurposePolicy } from '#privacy';
import { loadReconciliationPolicy, type ReconciliationPolicy } from '#reconciliation';
import { loadReplayPolicy, type ReplayPolicy } from '#replay';
import {
  createSyncLog,
  fileLogKeys,
  fileSigningKeys,
  folderArchive,
  loadWitnesses,
  type LogKeys,
  type LogSource,
  type SigningKeys,
  type SyncLog,
  type Witness,
} from '#synclog';
import { loadWebhooks, type Webhook } from '#webhooks';

/** A caller that waits longer has given up. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** Everything the gateway is made of, before Nest. */
export interface GatewayParts {
  settings: GatewaySettings;
  log: Log;
  clock: Clock;
  ids: Ids;
  db: Database;
  doorbell: Doorbell;
  bus: Bus;
  metrics: Metrics;
  /** Certificate and key of our own port; null = plain HTTP. */
  tls: WatchedTls | null;
  masterKeys: MasterKeys;
  signingKeys: SigningKeys;
  /** Of the sync log. */
  logKeys: LogKeys;
  /** Its entries, and its archive. */
  logSource: LogSource;
  witnesses: readonly Witness[];
  /** Where the sealed bytes of large objects lie. */
  places: ObjectPlaces;
  vault: Vault;
  fileTokens: FileTokens;
  syncLog: SyncLog;
  procedures: readonly Procedure[];
  units: UnitCrossWalk;
  causes: readonly Cause[];
  replayPolicy: ReplayPolicy;
  reconciliationPolicy: ReconciliationPolicy;
  quarantineCauses: readonly QuarantineCause[];
  labels: readonly LabelList[];
  purposePolicy: PurposePolicy;
  webhooks: readonly Webhook[];
}

export interface OpenOptions {
  clock?: Clock;
  /** Called when the bus gives up: the supervisor starts the process again. */
  onFatal?: (error: unknown) => void;
}

/** Opens what the settings name. Connects to nothing yet: pools and the doorbell connect when they are used.
 *  @throws AppError for keys or configuration files that cannot be used */
export function openParts(settings: GatewaySettings, log: Log, options: OpenOptions = {}): GatewayParts {
  const clock = options.clock ?? systemClock;
  const db = new Database(
    {
      url: settings.databaseUrl,
      applicationName: 'lienthong-gateway',
      maxConnections: settings.databasePoolSize,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    },
    log,
  );
  const doorbell = new Doorbell(settings.databaseUrl, log, { applicationName: 'lienthong-gateway-doorbell' });
  const masterKeys = fileMasterKeys(settings.keyDir);
  const places = objectPlaces({ db, clock, ...settings });
  return {
    settings,
    log,
    clock,
    ids: uuidIds,
    db,
    doorbell,
    bus: createBus({
      kind: settings.bus.kind,
      brokers: settings.bus.brokers.join(','),
      db,
      doorbell,
      log,
      clientId: 'lienthong-gateway',
      onFatal: options.onFatal ?? (() => undefined),
    }),
    metrics: promMetrics({ withProcess: true }),
    tls: openTls(settings, { clock, log }),
    masterKeys,
    signingKeys: fileSigningKeys(settings.keyDir),
    logKeys: fileLogKeys(settings.keyDir),
    logSource: { tx: db, archive: folderArchive(settings.archiveDir) },
    witnesses: loadWitnesses(settings.configDir).witnesses,
    places,
    vault: createVault({ db, keys: masterKeys, ids: uuidIds, clock, outside: places.outside }),
    fileTokens: createFileTokens({
      keys: masterKeys,
      publicUrl: settings.publicUrl,
      linkDays: settings.fileLinkDays,
      clock,
    }),
    syncLog: createSyncLog({ ids: uuidIds, clock }),
    procedures: loadProcedures(settings.configDir),
    units: loadUnits(settings.configDir),
    causes: loadCauses(settings.configDir),
    replayPolicy: loadReplayPolicy(settings.configDir),
    reconciliationPolicy: loadReconciliationPolicy(settings.configDir),
    quarantineCauses: loadQuarantineCauses(settings.configDir),
    labels: loadLabels(settings.configDir),
    purposePolicy: loadPurposes(settings.configDir),
    webhooks: loadWebhooks(settings.configDir),
  };
}

/** @throws AppError `tls-files-invalid`: the gateway does not start with a certificate that it could not use */
function openTls({ tls }: GatewaySettings, deps: { clock: Clock; log: Log }): WatchedTls | null {
  if (tls === null) return null;
  const { certificatePath, keyPath, clientCaPath: caPath, lookMs } = tls;
  return new WatchedTls({ use: 'gateway', files: { certificatePath, keyPath, caPath }, lookMs, ...deps });
}

/** In the order in which they need each other, last first. */
export async function closeParts(parts: GatewayParts): Promise<void> {
  parts.tls?.stop();
  await parts.bus.close();
  await parts.doorbell.stop();
  await parts.db.close();
}
