import 'reflect-metadata';
import { requireOwnStore } from '#access';
import {
  AppError,
  codeOf,
  jsonLog,
  SettingsError,
  workerSettings,
  type WorkerRole,
  type WorkerSettings,
} from '#platform';
import { loadedConfiguration, recordConfigurationOnceThere } from '#synclog';
import { untilDatabaseAnswers } from './await-database';
import { closeFoundation, createFoundation, type Foundation } from './foundation';
import { couriersRole } from './roles/courier-role';
import { clocksRole, relayRole, routerRole, sequencerRole } from './roles/flow-roles';
import { metricsRole } from './roles/metrics-role';
import { pollersRole } from './roles/poller-role';
import { reconcilerRole } from './roles/reconciler-role';
import { replaysRole } from './roles/replay-role';
import { sealerRole } from './roles/sealer-role';
import type { Role } from './roles/role';
import { subscribersRole } from './roles/subscribers-role';
import { webhooksRole } from './roles/webhook-role';

/** In the order of starting: who carries on comes before who brings more. They stop the other way round. */
const ROLES: readonly (readonly [WorkerRole, (foundation: Foundation) => Role])[] = [
  ['sequencer', sequencerRole],
  ['relay', relayRole],
  ['sealer', sealerRole],
  ['webhooks', webhooksRole],
  ['router', routerRole],
  ['subscribers', subscribersRole],
  ['couriers', couriersRole],
  ['replays', replaysRole],
  ['reconciler', reconcilerRole],
  ['clocks', clocksRole],
  ['pollers', pollersRole],
];

async function run(settings: WorkerSettings): Promise<void> {
  const foundation = createFoundation(settings, (error) => {
    foundation.log.error('worker.fatal', { code: codeOf(error) });
    process.exit(1);
  });
  const configuration = loadedConfiguration('worker', settings.configDir);
  const { log } = foundation;
  const roles = ROLES.filter(([name]) => settings.roles.includes(name)).map(([, make]) => make(foundation));
  if (settings.metricsPort > 0) roles.push(metricsRole(foundation));
  await untilDatabaseAnswers(foundation);
  if (foundation.places.outside) await requireOwnStore(foundation.db, foundation.places.outside.store);
  await recordConfigurationOnceThere(configuration, { ...foundation, signal: new AbortController().signal });
  await foundation.doorbell.start();
  for (const role of roles) await role.start();
  log.info('worker.started', { workerId: foundation.workerId, roles: roles.map((role) => role.name) });
  const stop = async (): Promise<void> => {
    for (const role of [...roles].reverse()) await role.stop();
    await closeFoundation(foundation);
    log.info('worker.stopped', { workerId: foundation.workerId });
    process.exit(0);
  };
  let isStopping = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (isStopping) return;
      isStopping = true;
      void stop();
    });
  }
}

function settingsOrExit(): WorkerSettings {
  try {
    return workerSettings(process.env);
  } catch (error) {
    jsonLog('worker').error('worker.settings-invalid', {
      problems: error instanceof SettingsError ? error.problems : [codeOf(error)],
    });
    process.exit(2);
  }
}

run(settingsOrExit()).catch((error: unknown) => {
  // What a start fails of is configuration or a service: its sentence says what to do and holds no data of dossiers.
  const detail = error instanceof AppError ? error.detail : undefined;
  jsonLog('worker').error('worker.start-failed', { code: codeOf(error), detail });
  process.exit(1);
});
