import type { Clock, Log } from '#platform';
import type { HttpPort } from '../http/http-port';
import type { ReplyTable } from '../replies/reply-rules';
import type { PartnerConfig } from './partner-config';

/** What every adapter is made from: `create<Partner>Adapter(deps)`. */
export interface AdapterDeps {
  config: PartnerConfig;
  replies: ReplyTable;
  /** The partner's own pool. */
  http: HttpPort;
  clock: Clock;
  log: Log;
}
