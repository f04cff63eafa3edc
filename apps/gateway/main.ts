import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { requireOwnStore } from '#access';
import { codeOf, gatewaySettings, isConnectionLost, jsonLog, OutageLog, pause, SettingsError } from '#platform';
import { loadedConfiguration, recordConfigurationOnceThere } from '#synclog';
import { createHttpApp } from './http-app';
import { closeParts, openParts, type GatewayParts } from './parts';
import { warnOfMachines } from './warn-of-machines';

const log = jsonLog('gateway');
const IDLE_LOOK_MS = 100;
const DATABASE_LOOK_MS = 500;

async function start(): Promise<void> {
  const settings = gatewaySettings(process.env);
  const parts = openParts(settings, log, { onFatal: () => process.exit(1) });
  const configuration = loadedConfiguration('gateway', settings.configDir);
  await requireOwnObjects(parts);
  const { app } = await createHttpApp(parts);
  await parts.doorbell.start();
  await app.listen(settings.port, settings.host);
  log.info('gateway.listening', {
    host: settings.host,
    port: portOf(app.getHttpServer().address() as { port: number } | null),
  });
  void recordConfigurationOnceThere(configuration, { ...parts, signal: endOnSignal(app, parts) });
  void warnOfMachines(parts);
  log.info('gateway.started', { bus: settings.bus.kind });
}

/** With a folder for large objects nothing is taken before it is known to be ours, which the database says: we wait for it.
 *  @throws AppError as `requireOwnStore` */
async function requireOwnObjects({ db, places }: GatewayParts): Promise<void> {
  const outage = new OutageLog(log, 'gateway.database');
  while (places.outside !== undefined) {
    try {
      await requireOwnStore(db, places.outside.store);
      return outage.recovered();
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      outage.failed(error);
      await pause(DATABASE_LOOK_MS, new AbortController().signal);
    }
  }
}

/** No new connections, running requests to their end (at most DRAIN_MS), then bus, doorbell and pool.
 *  @returns aborted when the end begins */
function endOnSignal(app: NestFastifyApplication, parts: GatewayParts): AbortSignal {
  const over = new AbortController();
  const end = (signal: string): void => {
    over.abort();
    log.info('gateway.stopping', { signal });
    // Node closes idle connections once, when the server closes; one whose answer ends a moment later would hold us for its keep-alive time.
    setInterval(() => app.getHttpServer().closeIdleConnections(), IDLE_LOOK_MS).unref();
    setTimeout(() => {
      log.warn('gateway.drain-cut', { drainMs: parts.settings.drainMs });
      process.exit(0);
    }, parts.settings.drainMs).unref();
    app
      .close()
      .then(() => closeParts(parts))
      .then(
        () => log.info('gateway.stopped'),
        () => log.error('gateway.stopped-badly'),
      )
      .finally(() => process.exit(0));
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  return over.signal;
}

function portOf(address: { port: number } | null): number {
  return address?.port ?? 0;
}

start().catch((error: unknown) => {
  const isSettings = error instanceof SettingsError;
  if (isSettings) log.error('gateway.settings-invalid', { problems: error.problems });
  else log.error('gateway.start-failed', { code: codeOf(error), message: (error as Error).message });
  process.exit(isSettings ? 2 : 1);
});
