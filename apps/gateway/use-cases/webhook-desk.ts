import { answerOnce, findClient } from '#access';
import { AppError, rfc3339 } from '#platform';
import type { SyncLogActor } from '#synclog';
import {
  readBehind,
  readWebhookRows,
  readWebhooks,
  resumeWebhook,
  skipEvent,
  stopWebhook,
  type WebhookRow,
  type WebhookStatus,
} from '#webhooks';
import type { GatewayParts } from '../parts';
import type { ChangedWebhook, SkipWebhookEvent, WebhookList, WebhookView } from '../schema/webhook';

/** Who stops a webhook or lets it go on. */
export interface WebhookCaller {
  actor: SyncLogActor;
  /** Communes it is limited to; null = all. */
  units: readonly string[] | null;
  idempotencyKey: string;
}

type Deps = Pick<GatewayParts, 'db' | 'clock' | 'syncLog' | 'webhooks' | 'metrics'>;

/** What an operator sees of the webhooks, and does with them; and their numbers for the metrics. */
export class WebhookDesk {
  constructor(private readonly deps: Deps) {
    const { db, metrics } = deps;
    const ids = deps.webhooks.map(({ id }) => id);
    const each = (value: (row: WebhookRow) => number) => async () =>
      (await readWebhookRows(db, ids)).map((row) => ({ labels: { webhook: row.id }, value: value(row) }));
    metrics.gauge({
      name: 'lienthong_webhook_lag_positions',
      help: 'Events that the receiver of a webhook has not taken yet, of the communes of its account where it has one; those are counted within 10,000 positions of the feed. Not there while the account is unknown.',
      labels: ['webhook'],
      collect: async () => (await this.rows()).flatMap(lagSample),
    });
    metrics.gauge({
      name: 'lienthong_webhook_behind_positions',
      help: 'Positions of the feed from where a webhook is to the newest event, whoever the events are for.',
      labels: ['webhook'],
      collect: async () =>
        (await readBehind(db, ids)).map(({ id, behindPositions: value }) => ({ labels: { webhook: id }, value })),
    });
    metrics.gauge({
      name: 'lienthong_webhook_last_success_timestamp_seconds',
      help: 'When the receiver of a webhook last took an event, seconds since 1970; 0 when it never did.',
      labels: ['webhook'],
      collect: each(({ lastSuccessAt }) => (lastSuccessAt?.getTime() ?? 0) / 1000),
    });
    metrics.gauge({
      name: 'lienthong_webhook_stopped',
      help: 'Whether a webhook is stopped: 1, by itself or by a person; else 0.',
      labels: ['webhook'],
      collect: each(({ state }) => (state === 'stopped' ? 1 : 0)),
    });
  }

  async list(): Promise<WebhookList> {
    return { items: (await this.rows()).map(viewOf) };
  }

  /** @throws AppError as `stopWebhook`, and 403 `unit-not-allowed` */
  stop(by: WebhookCaller, id: string): Promise<ChangedWebhook> {
    return this.once(by, { stopWebhook: id }, async (tx) => {
      await stopWebhook(tx, { id, actor: by.actor }, this.deps.syncLog);
      return { id, state: 'stopped' };
    });
  }

  /** @throws AppError as `resumeWebhook`, and 403 `unit-not-allowed` */
  resume(by: WebhookCaller, id: string): Promise<ChangedWebhook> {
    return this.once(by, { resumeWebhook: id }, async (tx) => {
      await resumeWebhook(tx, { id, actor: by.actor }, this.deps);
      return { id, state: 'running' };
    });
  }

  /** @throws AppError as `skipEvent`, and 403 `unit-not-allowed` */
  skip(by: WebhookCaller, id: string, { position, reasonCode }: SkipWebhookEvent): Promise<ChangedWebhook> {
    return this.once(by, { skipWebhookEvent: id, position, reasonCode }, async (tx) => {
      await skipEvent(tx, { id, actor: by.actor, position, reasonCode }, this.deps.syncLog);
      return { id, state: 'stopped' };
    });
  }

  private once(
    { actor, units, idempotencyKey: key }: WebhookCaller,
    request: object,
    work: (tx: Parameters<typeof answerOnce>[0]) => Promise<ChangedWebhook>,
  ): Promise<ChangedWebhook> {
    if (units !== null)
      throw new AppError({
        code: 'unit-not-allowed',
        disposition: 'refuse',
        status: 403,
        detail: 'webhooks are for who answers for all communes',
      });
    const at = this.deps.clock.now();
    return this.deps.db.run((tx) => answerOnce(tx, { clientId: actor.id, key, request, at }, () => work(tx)));
  }

  private rows(): Promise<WebhookStatus[]> {
    const { db, webhooks } = this.deps;
    return readWebhooks(db, webhooks, async (client) => (await findClient(db, client))?.units);
  }
}

function lagSample({ id, lagPositions }: WebhookStatus): { labels: { webhook: string }; value: number }[] {
  return lagPositions === null ? [] : [{ labels: { webhook: id }, value: lagPositions }];
}

function viewOf({ lastSuccessAt, failingSince, postAfter, ...row }: WebhookStatus): WebhookView {
  return {
    ...row,
    lastSuccessAt: lastSuccessAt && rfc3339(lastSuccessAt),
    failingSince: failingSince && rfc3339(failingSince),
    // Of one that works it says nothing.
    postAfter: row.failures > 0 ? rfc3339(postAfter) : null,
  };
}
