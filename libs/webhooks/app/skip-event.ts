import { AppError, type Tx } from '#platform';
import type { SyncLog } from '#synclog';
import { readWebhookRows, skipHead } from '../adapters/webhook-store';
import type { SkipReason } from '../domain/webhook';
import type { WebhookChange } from './stop-webhook';

/** An event that a receiver shall not get. */
export interface SkippedEvent extends WebhookChange {
  /** Of the event, in the feed. */
  position: number;
  reasonCode: SkipReason;
}

/** A person lets a stopped webhook go past the one event at its head, which its receiver refuses for ever. The event stays in the feed; it stays stopped.
 *  @throws AppError 404 `webhook-unknown`, 409 `webhook-not-stopped`, 409 `webhook-head-differs` */
export async function skipEvent(tx: Tx, skipped: SkippedEvent, syncLog: SyncLog): Promise<void> {
  const { id, actor, position, reasonCode } = skipped;
  if (!(await skipHead(tx, id, position))) throw await refusal(tx, skipped);
  await syncLog.append(tx, [
    { kind: 'webhook.skipped', actor, operation: 'webhook.skip', detail: { webhookId: id, position, reasonCode } },
  ]);
}

async function refusal(tx: Tx, { id, position }: SkippedEvent): Promise<AppError> {
  const [row] = await readWebhookRows(tx, [id]);
  if (row === undefined) return refused(404, 'webhook-unknown', 'no webhook with this id');
  if (row.state === 'running') return refused(409, 'webhook-not-stopped', 'only a stopped webhook skips an event');
  const head = row.position + 1;
  const detail =
    position === head ? 'no event waits at its head' : `the event at its head is ${head}: no other can be skipped`;
  return refused(409, 'webhook-head-differs', detail);
}

function refused(status: number, code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail });
}
