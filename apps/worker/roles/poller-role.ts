import { AppError } from '#platform';
import { loadUnits, PollDossierSource, PollRegistry, type IntakeDeps } from '#intake';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for registry polls that are due, ms. */
const REGISTRY_EVERY_MS = 100;

/** Asks DVCLT for new dossiers and hộ tịch for results (reference/README §4: the province polls). */
export function pollersRole(foundation: Foundation): Role {
  const { db, vault, syncLog, procedures, clock, ids, log, doorbell, settings, partners, workerId } = foundation;
  const deps: IntakeDeps = {
    db,
    vault,
    syncLog,
    procedures,
    units: loadUnits(settings.configDir),
    clock,
    ids,
    log,
    doorbell,
  };
  const { dvclt, hotich, onestop } = partners.configs;
  if (onestop.decisions === 'poll') {
    throw new AppError({
      code: 'config.invalid',
      disposition: 'bug',
      detail:
        'config/partners/onestop.yaml: decisions: poll is not built yet; set decisions: push and let the one-stop call the API',
    });
  }
  const roles: Role[] = [];
  // With `intake: onestop` the one-stop polls DVCLT itself and hands the dossiers to our API (CONTRACTS §2).
  if (dvclt.intake === 'gateway') {
    const everyMs = dvclt.poll.listMs ?? 1_000;
    const poll = new PollDossierSource(partners.dossierSource, deps, { workerId, everyMs });
    const round = async (signal: AbortSignal): Promise<number> => {
      await poll.pollOnce(signal);
      return 0;
    };
    roles.push(periodicRole({ name: 'poll-dossiers', everyMs: Math.min(everyMs, 1_000), round, log }));
  }
  const registry = new PollRegistry(partners.registryResults, deps, {
    workerId,
    firstMs: hotich.poll.resultFirstMs ?? 500,
    maxMs: hotich.poll.resultMaxMs ?? 10_000,
  });
  roles.push(
    periodicRole({
      name: 'poll-registry',
      everyMs: REGISTRY_EVERY_MS,
      round: (signal) => registry.pollOnce(signal),
      log,
    }),
  );
  return {
    name: 'pollers',
    start: async () => {
      for (const role of roles) await role.start();
    },
    stop: async () => {
      await Promise.all(roles.map((role) => role.stop()));
    },
  };
}
