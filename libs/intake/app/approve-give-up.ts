import { answerOnce, requestRefused, requestState } from '#access';
import { appendToOutbox } from '#bus';
import type { Tx } from '#platform';
import { lockItems, setState, type SelectedItem } from '../adapters/quarantine-groups';
import { approveRequest, lockRequest } from '../adapters/quarantine-request-store';
import { GIVEN_UP_EVENT } from '../domain/feed-events';
import { approvalRefusal, compareWithFrozen, type GiveUpRequest } from '../domain/give-up-request';
import { toldRequest, type Acting, type GiveUpDeps, type ToldRequest } from './request-give-up';
import { requestUnknown } from './request-unknown';

export interface Approval {
  requestId: string;
  /** Digest of the set that the approver was shown. */
  setDigest: string;
}

/** A second person's yes: what is still as it was when it was asked for is given up, in one transaction. What changed or left since is
 *  not touched, and named. Ring `outbox` after this.
 *  @throws AppError 403 `own-request`; 404 `quarantine-request-unknown`; 409 `request-not-open`, `request-expired` (with `state`),
 *  `request-set-differs`, `idempotency-conflict` */
export async function approveGiveUp(approval: Approval, by: Acting, deps: GiveUpDeps): Promise<ToldRequest> {
  const once = {
    clientId: by.actor.id,
    key: by.idempotencyKey,
    request: { operation: 'quarantine.approve', ...approval },
    at: deps.clock.now(),
  };
  return deps.db.run((tx) => answerOnce(tx, once, () => approve(tx, approval, by, deps)));
}

async function approve(
  tx: Tx,
  { requestId, setDigest }: Approval,
  { actor, units = null }: Acting,
  deps: GiveUpDeps,
): Promise<ToldRequest> {
  const now = deps.clock.now();
  const request = await lockRequest(tx, requestId, units);
  if (!request) throw requestUnknown();
  const refusal = approvalRefusal(request, { approver: actor.id, setDigest, now });
  if (refusal) throw requestRefused(refusal, requestState(request, now));
  const current = new Map(
    (
      await lockItems(
        tx,
        request.items.map(({ id }) => id),
      )
    ).map((item) => [item.id, item]),
  );
  const { same, skipped } = compareWithFrozen(request.items, current);
  await setState(tx, same, 'given-up');
  const approved: GiveUpRequest = {
    ...request,
    state: 'approved',
    approvedBy: actor.id,
    approvedAt: now,
    givenUp: same,
    skipped,
  };
  await approveRequest(tx, approved);
  const items = same.map((id) => current.get(id) as SelectedItem);
  await record(tx, { request: approved, items, actor }, deps);
  return toldRequest(approved, now);
}

async function record(
  tx: Tx,
  { request, items, actor }: { request: GiveUpRequest; items: readonly SelectedItem[]; actor: Acting['actor'] },
  { ids, clock, syncLog }: GiveUpDeps,
): Promise<void> {
  const { id: requestId, setDigest, skipped } = request;
  appendToOutbox(
    tx,
    items.map(({ id: itemId, source, stage, reasonCode, responsible, codes }) => ({
      eventId: ids.next(),
      type: GIVEN_UP_EVENT,
      at: clock.now(),
      dossierId: null,
      seq: null,
      unit: null,
      codes,
      data: { itemId, source, stage, reasonCode, responsible },
    })),
  );
  await syncLog.append(tx, [
    {
      kind: 'give-up.approved',
      actor,
      detail: {
        requestId,
        setDigest,
        count: items.length,
        skipped: skipped?.length ?? 0,
        clientId: request.requestedBy,
      },
    },
    ...items.map(({ id: itemId, source, stage, reasonCode, codes }) => ({
      kind: 'item.given-up' as const,
      actor,
      codes: Object.values(codes),
      partner: source,
      detail: { itemId, stage, reasonCode, requestId },
    })),
  ]);
}
