import { answerOnce } from '#access';
import type { PartnerId } from '#dossier';
import { AppError, type Clock, type Database, type Ids, type Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import { findOpen, insertReconciliation, readReconciliation } from '../adapters/reconciliation-store';
import type { Reconciliation } from '../domain/reconciliation';
import type { ReconciliationPolicy } from '../domain/reconciliation-policy';
import type { Window } from '../ports';
import { recordRequested } from './reconciliation-record';

const DAY_MS = 86_400_000;

export interface ReconciliationRequest {
  partner: PartnerId;
  /** Dossiers that we stored from then on. @default `to` less the policy's `windowDays` of the partner */
  from?: Date;
  /** Not included. @default now */
  to?: Date;
}

export interface ReconciliationCaller {
  actor: SyncLogActor;
  idempotencyKey: string;
}

export interface ReconciliationDeps {
  db: Database;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
  policy: ReconciliationPolicy;
}

/** Asks for a comparison; a worker makes it.
 *  @throws AppError 422 `reconciliation-window-invalid`; 409 `reconciliation-running` with the open one's `id`, `idempotency-conflict` */
export async function requestReconciliation(
  request: ReconciliationRequest,
  by: ReconciliationCaller,
  deps: ReconciliationDeps,
): Promise<Reconciliation> {
  const now = deps.clock.now();
  const window = windowOf(request, now, deps.policy);
  const asked = {
    partner: request.partner,
    from: request.from?.toISOString() ?? null,
    to: request.to?.toISOString() ?? null,
  };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request: { requestReconciliation: asked }, at: now };
  return deps.db.run(async (tx) => {
    const { id } = await answerOnce(tx, once, () => insert(tx, { partner: request.partner, window, now }, by, deps));
    return (await readReconciliation(tx, id)) as Reconciliation;
  });
}

async function insert(
  tx: Tx,
  { partner, window, now }: { partner: PartnerId; window: Window; now: Date },
  { actor }: ReconciliationCaller,
  { ids, syncLog }: ReconciliationDeps,
): Promise<{ id: string }> {
  const row = {
    id: ids.next(),
    partner,
    cause: 'demand',
    state: 'queued',
    slot: null,
    ...window,
    requestedBy: actor.id,
    requestedAt: now,
    endedAt: null,
    reasonCode: null,
  } as const;
  if (!(await insertReconciliation(tx, row))) throw running(await findOpen(tx, partner));
  await recordRequested(tx, row, actor, syncLog);
  return { id: row.id };
}

/** @throws AppError 422 `reconciliation-window-invalid` */
function windowOf({ partner, from, to }: ReconciliationRequest, now: Date, policy: ReconciliationPolicy): Window {
  const end = to ?? now;
  const begin = from ?? new Date(end.getTime() - policy.partners[partner].windowDays * DAY_MS);
  if (end > now) throw invalid('to', 'the end of the window is in the future');
  if (begin >= end) throw invalid('from', 'the window ends before it begins');
  if (end.getTime() - begin.getTime() > policy.maxWindowDays * DAY_MS)
    throw invalid('from', `the window is longer than ${policy.maxWindowDays} days`);
  return { from: begin, to: end };
}

function invalid(field: 'from' | 'to', detail: string): AppError {
  return new AppError({ code: 'reconciliation-window-invalid', disposition: 'refuse', status: 422, field, detail });
}

/** @param id undefined when it has just ended: to ask again is all there is to do */
function running(id: string | undefined): AppError {
  return new AppError({
    code: 'reconciliation-running',
    disposition: 'refuse',
    status: 409,
    detail: 'one with this partner has not ended yet',
    extra: id === undefined ? {} : { id },
  });
}
