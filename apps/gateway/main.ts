import 'reflect-metadata';
import { BusServer } from '#bus';
import { gatewaySettings, jsonLog, SettingsError } from '#platform';
import { createHttpApp } from './http-app';
import { closeParts, openParts, type GatewayParts } from './parts';
import { FEED_GROUP } from './subscribers/feed-notifier.controller';

const log = jsonLog('gateway');

async function start(): Promise<void> {
  const settings = gatewaySettings(process.env);
  const parts = openParts(settings, log, { onFatal: () => process.exit(1) });
  const { app } = await createHttpApp(parts);
  await parts.doorbell.start();
  // Listening comes first: while a consumer group forms, up to half a minute, dossiers are taken already (STACK §3, trap 4).
  await app.listen(settings.port, settings.host);
  log.info('gateway.listening', {
    host: settings.host,
    port: portOf(app.getHttpServer().address() as { port: number } | null),
  });
  endOnSignal(app, parts);
  app.connectMicroservice({ strategy: new BusServer({ bus: parts.bus, group: FEED_GROUP, log }) });
  await app.startAllMicroservices();
  log.info('gateway.started', { bus: settings.bus.kind });
}

/** No new connections, running requests to their end (at most DRAIN_MS), then bus, doorbell and pool. */
function endOnSignal(app: { close(): Promise<void> }, parts: GatewayParts): void {
  const end = (signal: string): void => {
    log.info('gateway.stopping', { signal });
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
}

function portOf(address: { port: number } | null): number {
  return address?.port ?? 0;
}

start().catch((error: unknown) => {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else
    log.error('gateway.start-failed', {
      code: (error as { code?: string }).code ?? 'unexpected',
      message: (error as Error).message,
    });
  process.exit(1);
});
