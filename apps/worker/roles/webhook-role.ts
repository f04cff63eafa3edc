import { FEED_READ, rightOfClient } from '#access';
import { createAxiosHttp, type HttpPort } from '#partners';
import { WatchedTls } from '#platform';
import {
  keyFilePath,
  loadWebhooks,
  readKeyFile,
  WebhookLine,
  type FeedRight,
  type Posted,
  type PostRequest,
  type Webhook,
  type WebhookPort,
} from '#webhooks';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** An answer is not read for what it says. Bytes. */
const MAX_ANSWER_BYTES = 65_536;

/** What it needs of a worker. */
export type WebhookFoundation = Pick<
  Foundation,
  'db' | 'syncLog' | 'doorbell' | 'clock' | 'random' | 'ids' | 'log' | 'workerId'
> & {
  settings: Pick<Foundation['settings'], 'configDir' | 'keyDir'>;
  partners: Pick<Foundation['partners'], 'certificates'>;
};

/** Posts the events of the feed to the receivers of `config/webhooks.yaml`. */
export function webhooksRole(foundation: WebhookFoundation): Role {
  const lines = loadWebhooks(foundation.settings.configDir).map((webhook) => lineOf(webhook, foundation));
  return {
    name: 'webhooks',
    start: () => lines.forEach(({ line }) => line.start()),
    stop: async () => {
      await Promise.all(lines.map(({ line }) => line.stop()));
      for (const { close } of lines) close();
    },
  };
}

function lineOf(webhook: Webhook, foundation: WebhookFoundation): { line: WebhookLine; close(): void } {
  const { db, syncLog, doorbell, clock, random, ids, log, workerId, settings, partners } = foundation;
  const tls = watchedTls(webhook, foundation);
  if (tls) partners.certificates.push(tls);
  const http = createAxiosHttp({ maxSockets: webhook.concurrency, connectTimeoutMs: webhook.deadlineMs, tls });
  const path = keyFilePath(settings.keyDir, webhook.id);
  const line = new WebhookLine(webhook, {
    db,
    port: httpWebhook(http),
    readKeys: () => readKeyFile(path),
    readRight: () => rightOf(webhook, foundation),
    // Two workers that were given the same WORKER_ID are two owners all the same: they would post side by side.
    owner: `${workerId}/${ids.next()}`,
    syncLog,
    doorbell,
    clock,
    random,
    log,
  });
  return {
    line,
    close: () => {
      http.close();
      tls?.stop();
    },
  };
}

/** Of its account, by the same rule as the feed; a webhook of no account carries everything. */
async function rightOf({ client }: Webhook, { db, clock }: WebhookFoundation): Promise<FeedRight> {
  return client === undefined ? { units: null } : rightOfClient(db, client, FEED_READ, clock.now());
}

function watchedTls({ id, tls }: Webhook, { clock, log }: WebhookFoundation): WatchedTls | undefined {
  if (tls === undefined) return undefined;
  const { certificateFile = null, keyFile = null, caFile = null } = tls;
  const files = { certificatePath: certificateFile, keyPath: keyFile, caPath: caFile };
  const watched = new WatchedTls({ use: `webhook-${id}`, files, clock, log });
  watched.start();
  return watched;
}

/** The same driver as towards partners: it says whether anything was written, follows no redirect and has one total deadline. */
function httpWebhook(http: HttpPort): WebhookPort {
  return {
    post: async ({ url, headers, body, deadlineMs, mayWrite }: PostRequest): Promise<Posted> => {
      const result = await http.call({
        method: 'POST',
        url,
        headers,
        body: Buffer.from(body, 'utf8'),
        signal: AbortSignal.timeout(deadlineMs),
        maxAnswerBytes: MAX_ANSWER_BYTES,
        mayWrite,
      });
      if (result.kind !== 'answer') return { kind: 'failed', code: result.code };
      return { kind: 'answer', status: result.status, retryAfterSeconds: secondsOf(result.headers['retry-after']) };
    },
  };
}

/** Only the form in seconds counts. */
function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
