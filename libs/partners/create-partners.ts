import type { BudgetLimits, CallBudget, ReplayAdapter } from '#delivery';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import type { DecisionSource, DossierSource, RegistryResults } from '#intake';
import { WatchedTls, type Clock, type Log } from '#platform';
import type { ReconciledPartner } from '#reconciliation';
import { join } from 'node:path';
import type { AdapterDeps } from './config/adapter-deps';
import { loadPartnerConfigs } from './config/load-partners';
import { budgetOf, type PartnerConfig } from './config/partner-config';
import { createDvclt } from './dvclt/create-dvclt';
import { createDvcqgAdapter } from './dvcqg/dvcqg-adapter';
import { PortalClient } from './dvcqg/portal-client';
import { reconciledDvcqg } from './dvcqg/reconciled-dvcqg';
import { createHotichAdapter } from './hotich/hotich-adapter';
import { reconciledHotich } from './hotich/reconciled-hotich';
import { createRegistryResults } from './hotich/registry-results';
import { RegistryClient } from './hotich/registry-client';
import { createAxiosHttp, type ClosableHttp } from './http/axios-http';
import { budgetedHttp } from './http/budgeted-http';
import { createOneStop } from './onestop/create-onestop';
import type { OneStopReads } from './onestop/onestop-reads';
import { loadReplies } from './replies/load-replies';

export interface PartnersOptions {
  /** Folder that holds `partners/` and `replies/`. */
  configDir: string;
  /** For `PARTNER_<ID>_…`, usually `process.env`. */
  env: Readonly<Record<string, string | undefined>>;
  log: Log;
  clock: Clock;
  /** Makes the budget of a partner that set a limit. */
  budget(partner: PartnerId, limits: BudgetLimits): CallBudget;
}

/** All outside systems of this process, each with its own pool of sockets and its own log-in. */
export interface Partners {
  adapters: Record<PartnerId, ReplayAdapter>;
  dossierSource: DossierSource;
  registryResults: RegistryResults;
  oneStopReads: OneStopReads;
  decisionSource: DecisionSource;
  /** What each can be asked about the dossiers that it shares with us. */
  reconciled: Record<PartnerId, ReconciledPartner>;
  configs: Record<PartnerId, PartnerConfig>;
  /** Certificate files of partners that have some; others of the process join them. */
  certificates: WatchedTls[];
  /** Closes the sockets to all partners, and looks at no file any more. */
  close(): void;
}

/** Reads configuration and reply rules and makes the adapters. No call is made before the first is asked for.
 *  @throws AppError `config.invalid` with one line for every mistake, `tls-files-invalid` */
export function createPartners(options: PartnersOptions): Partners {
  const configs = loadPartnerConfigs(join(options.configDir, 'partners'), options.env);
  const pools: ClosableHttp[] = [];
  const certificates: WatchedTls[] = [];
  const depsOf = (id: PartnerId): AdapterDeps => {
    const config = configs[id];
    const limits = budgetOf(config);
    const tls = watchedTls(config, options);
    if (tls) certificates.push(tls);
    const sockets = createAxiosHttp({
      maxSockets: config.limits.maxConcurrency,
      connectTimeoutMs: config.deadlines.connectMs,
      tls,
    });
    const http = limits === undefined ? sockets : budgetedHttp(sockets, options.budget(id, limits));
    pools.push(http);
    return {
      config,
      replies: loadReplies(join(options.configDir, 'replies'), config.texts.replies),
      http,
      clock: options.clock,
      log: options.log,
    };
  };
  const deps = Object.fromEntries(PARTNER_IDS.map((id) => [id, depsOf(id)])) as Record<PartnerId, AdapterDeps>;
  const dvclt = createDvclt(deps.dvclt);
  const oneStop = createOneStop(deps.onestop);
  const registry = new RegistryClient(deps.hotich);
  const portal = new PortalClient(deps.dvcqg);
  return {
    adapters: {
      dvclt: dvclt.adapter,
      hotich: createHotichAdapter(deps.hotich, registry),
      dvcqg: createDvcqgAdapter(deps.dvcqg, portal),
      onestop: oneStop.adapter,
    },
    dossierSource: dvclt.source,
    registryResults: createRegistryResults(deps.hotich, registry),
    oneStopReads: oneStop.reads,
    decisionSource: oneStop.events,
    reconciled: {
      dvclt: dvclt.reconciled,
      hotich: reconciledHotich(deps.hotich, registry),
      dvcqg: reconciledDvcqg(deps.dvcqg, portal),
      onestop: oneStop.reconciled,
    },
    configs,
    certificates,
    close: () => {
      for (const pool of pools) pool.close();
      for (const watched of certificates) watched.stop();
    },
  };
}

function watchedTls({ id, tls }: PartnerConfig, { clock, log }: PartnersOptions): WatchedTls | undefined {
  if (tls === undefined) return undefined;
  const { certificateFile = null, keyFile = null, caFile = null } = tls;
  const files = { certificatePath: certificateFile, keyPath: keyFile, caPath: caFile };
  const watched = new WatchedTls({ use: id, files, clock, log });
  watched.start();
  return watched;
}
