import type { PartnerId } from '#dossier';
import type { Clock, Log, LogFields } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import type { PartnerConfig } from '../config/partner-config';
import { createAxiosHttp, type ClosableHttp } from '../http/axios-http';
import { shippedConfig, shippedReplies } from './partner-config';

/** Log lines of a test, to be searched for what must not be in them. */
export interface KeptLog extends Log {
  lines: { event: string; fields: LogFields }[];
}

function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = [];
  const keep = (event: string, fields: LogFields = {}): void => void lines.push({ event, fields });
  return { lines, info: keep, warn: keep, error: keep, debug: keep };
}

/** Dependencies of one adapter as the product makes them: shipped configuration and reply rules, real HTTP driver. */
export function depsOf(
  id: PartnerId,
  clock: Clock,
  change: (config: PartnerConfig) => PartnerConfig = (config) => config,
): AdapterDeps & { http: ClosableHttp; log: KeptLog } {
  const config = change(shippedConfig(id));
  const http = createAxiosHttp({
    maxSockets: config.limits.maxConcurrency,
    connectTimeoutMs: config.deadlines.connectMs,
  });
  return {
    config,
    replies: shippedReplies(id),
    http,
    clock,
    log: keptLog(),
  };
}
