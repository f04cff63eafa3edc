import { AppError, type Clock, type Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import { readWebhookRows, resumeWebhookRow, stopWebhookRow } from '../adapters/webhook-store';

export interface WebhookChange {
  id: string;
  actor: SyncLogActor;
}

/** A person stops a webhook: posts under way end, and within a second none begins. Events wait.
 *  @throws AppError 404 `webhook-unknown`, 409 `webhook-not-running` */
export async function stopWebhook(tx: Tx, { id, actor }: WebhookChange, syncLog: SyncLog): Promise<void> {
  if (!(await stopWebhookRow(tx, id, 'by-person'))) throw await refusal(tx, id, 'webhook-not-running');
  await syncLog.append(tx, [
    { kind: 'webhook.stopped', actor, operation: 'webhook.stop', detail: { webhookId: id, reasonCode: 'by-person' } },
  ]);
}

/** It goes on behind the last event that was taken.
 *  @throws AppError 404 `webhook-unknown`, 409 `webhook-not-stopped` */
export async function resumeWebhook(
  tx: Tx,
  { id, actor }: WebhookChange,
  { syncLog, clock }: { syncLog: SyncLog; clock: Clock },
): Promise<void> {
  if (!(await resumeWebhookRow(tx, id, clock.now()))) throw await refusal(tx, id, 'webhook-not-stopped');
  await syncLog.append(tx, [
    { kind: 'webhook.resumed', actor, operation: 'webhook.resume', detail: { webhookId: id } },
  ]);
}

async function refusal(tx: Tx, id: string, code: string): Promise<AppError> {
  const isThere = (await readWebhookRows(tx, [id])).length > 0;
  return isThere
    ? new AppError({ code, disposition: 'refuse', status: 409, detail: 'it is in that state already' })
    : new AppError({ code: 'webhook-unknown', disposition: 'refuse', status: 404, detail: 'no webhook with this id' });
}
