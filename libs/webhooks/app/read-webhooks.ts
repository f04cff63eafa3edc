import { lastPosition } from '#bus';
import type { Queryable } from '#platform';
import { readWebhookRows } from '../adapters/webhook-store';
import type { Webhook, WebhookRow } from '../domain/webhook';

/** A webhook and how far it is behind. */
export interface WebhookStatus extends WebhookRow {
  /** Events that the receiver has not taken yet. */
  lagPositions: number;
}

/** The webhooks of the configuration; one that no worker has looked at yet is not there. */
export async function readWebhooks(db: Queryable, webhooks: readonly Pick<Webhook, 'id'>[]): Promise<WebhookStatus[]> {
  if (webhooks.length === 0) return [];
  const rows = await readWebhookRows(
    db,
    webhooks.map(({ id }) => id),
  );
  const last = await lastPosition(db);
  return rows.map((row) => ({ ...row, lagPositions: Math.max(0, last - row.position) }));
}
