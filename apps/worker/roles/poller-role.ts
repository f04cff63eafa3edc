import {
  MappingTables,
  PollDecisions,
  PollDossierSource,
  PollRegistry,
  releasePollLeases,
  RerunQuarantine,
  type IntakeDeps,
} from '#intake';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for registry polls that are due, ms. */
const REGISTRY_EVERY_MS = 100;
/** Between two looks for quarantined items that an operator wants run again, ms. */
const RERUN_EVERY_MS = 500;

/** Asks DVCLT for new dossiers, hộ tịch for results and, where it does not call us, the one-stop for its officers' decisions
 *  (reference/README §4: the province polls); runs quarantined items again. */
export function pollersRole(foundation: Foundation): Role {
  const tables = new MappingTables(foundation.settings.configDir, foundation.procedures);
  const deps = intakeDeps(foundation, tables);
  const { dvclt, onestop } = foundation.partners.configs;
  const roles = [
    // With `intake: onestop` the one-stop polls DVCLT itself and hands the dossiers to our API (CONTRACTS §2).
    ...(dvclt.intake === 'gateway' ? [dossierPoll(foundation, deps)] : []),
    ...(onestop.decisions === 'poll' ? [decisionPoll(foundation, deps)] : []),
    registryPoll(foundation, deps),
    quarantineRerun(foundation, deps, tables),
  ];
  return {
    name: 'pollers',
    start: async () => {
      await releasePollLeases(foundation.db, foundation.workerId);
      for (const role of roles) await role.start();
    },
    stop: async () => {
      await Promise.all(roles.map((role) => role.stop()));
    },
  };
}

/** Units and procedures are asked for at each use: a rerun reads their files again. */
function intakeDeps({ db, vault, syncLog, clock, ids, log, doorbell }: Foundation, tables: MappingTables): IntakeDeps {
  return {
    db,
    vault,
    syncLog,
    clock,
    ids,
    log,
    doorbell,
    get procedures() {
      return tables.procedures;
    },
    get units() {
      return tables.units;
    },
  };
}

function dossierPoll({ partners, workerId, log }: Foundation, deps: IntakeDeps): Role {
  const everyMs = partners.configs.dvclt.poll.listMs ?? 1_000;
  const poll = new PollDossierSource(partners.dossierSource, deps, { workerId, everyMs });
  return turns('poll-dossiers', everyMs, { poll, log });
}

function decisionPoll({ partners, workerId, log }: Foundation, deps: IntakeDeps): Role {
  const everyMs = partners.configs.onestop.poll.decisionsMs ?? 1_000;
  const poll = new PollDecisions(partners.decisionSource, deps, { workerId, everyMs });
  return turns('poll-decisions', everyMs, { poll, log });
}

/** A poller whose turns are shared by all workers: each looks often enough whether the turn is free. */
function turns(
  name: string,
  everyMs: number,
  { poll, log }: { poll: { pollOnce(signal: AbortSignal): Promise<unknown> } } & Pick<Foundation, 'log'>,
): Role {
  const round = async (signal: AbortSignal): Promise<number> => {
    await poll.pollOnce(signal);
    return 0;
  };
  return periodicRole({ name, everyMs: Math.min(everyMs, 1_000), round, log });
}

function registryPoll({ partners, workerId, log }: Foundation, deps: IntakeDeps): Role {
  const { poll, absentDiscrepancyMs } = partners.configs.hotich;
  const registry = new PollRegistry(partners.registryResults, deps, {
    workerId,
    firstMs: poll.resultFirstMs ?? 500,
    maxMs: poll.resultMaxMs ?? 10_000,
    absentDiscrepancyMs,
  });
  const round = (signal: AbortSignal): Promise<number> => registry.pollOnce(signal);
  return periodicRole({ name: 'poll-registry', everyMs: REGISTRY_EVERY_MS, round, log });
}

function quarantineRerun({ partners, log }: Foundation, deps: IntakeDeps, tables: MappingTables): Role {
  const { dossierSource, decisionSource } = partners;
  const rerun = new RerunQuarantine(deps, { dossierSource, decisionSource, reread: () => tables.reread() });
  const round = (signal: AbortSignal): Promise<number> => rerun.runOnce(signal);
  return periodicRole({ name: 'rerun-quarantine', everyMs: RERUN_EVERY_MS, round, log });
}
