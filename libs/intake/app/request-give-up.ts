import { answerOnce, APPROVAL_TTL_MS, requestState, type RequestState } from '#access';
import { AppError, holdsPersonalNumber, rfc3339, type Clock, type Database, type Ids, type Tx } from '#platform';
import type { SyncLog, SyncLogActor, SyncLogEntryInput } from '#synclog';
import type { SelectedItem } from '../adapters/quarantine-groups';
import { insertRequest } from '../adapters/quarantine-request-store';
import type { Units } from '../adapters/quarantine-store';
import { freeze, setDigestOf, type GiveUpRequest, type SkippedItem } from '../domain/give-up-request';
import { select, type QuarantineSelection } from './quarantine-selection';

export interface GiveUpDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  syncLog: SyncLog;
  /** Items of a group that one request names. @default 1_000 */
  maxItems?: number;
}

export interface Acting {
  actor: SyncLogActor;
  idempotencyKey: string;
  /** Communes of who acts; null or absent = all. */
  units?: Units;
}

/** A request as it is told; instants as RFC 3339. */
export type ToldRequest = Omit<
  GiveUpRequest,
  'items' | 'requestedAt' | 'expiresAt' | 'approvedAt' | 'withdrawnAt' | 'state'
> & {
  state: RequestState;
  items: readonly string[];
  requestedAt: string;
  expiresAt: string;
  approvedAt: string | null;
  withdrawnAt: string | null;
};

/** A new request, and what it does not name. */
export type RequestedGiveUp = ToldRequest & {
  skipped: readonly SkippedItem[];
  /** Open items of the group beyond the bound of one request. */
  remaining: number;
};

export function toldRequest(request: GiveUpRequest, now: Date): ToldRequest {
  return {
    ...request,
    items: request.items.map(({ id }) => id),
    state: requestState(request, now),
    requestedAt: rfc3339(request.requestedAt),
    expiresAt: rfc3339(request.expiresAt),
    approvedAt: request.approvedAt && rfc3339(request.approvedAt),
    withdrawnAt: request.withdrawnAt && rfc3339(request.withdrawnAt),
  };
}

/** Asks for open items to be given up: a forced end, so that a second person has to approve it within 24 h. Frozen is what the items are
 *  in quarantine for now; nothing happens to them yet.
 *  @throws AppError 404 `quarantine-group-unknown`; 409 `quarantine-item-not-open` when none of them is open, `idempotency-conflict`;
 *  422 `give-up-reason-personal` */
export async function requestGiveUp(
  selection: QuarantineSelection,
  reason: string,
  by: Acting,
  deps: GiveUpDeps,
): Promise<RequestedGiveUp> {
  if (holdsPersonalNumber(reason)) throw personal();
  const at = deps.clock.now();
  const request = { operation: 'quarantine.give-up', ...selection, reason };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request, at };
  return deps.db.run((tx) => answerOnce(tx, once, () => ask(tx, selection, { reason, by, at }, deps)));
}

async function ask(
  tx: Tx,
  selection: QuarantineSelection,
  { reason, by, at }: { reason: string; by: Acting; at: Date },
  { ids, syncLog, maxItems }: GiveUpDeps,
): Promise<RequestedGiveUp> {
  const selected = await select(tx, selection, {
    units: by.units ?? null,
    ...(maxItems === undefined ? {} : { maxItems }),
  });
  const found = new Map(selected.items.map((item) => [item.id, item]));
  const open = selected.items.filter(({ state }) => state === 'open');
  if (open.length === 0) throw noneOpen();
  const items = open.map(freeze);
  const request: GiveUpRequest = {
    id: ids.next(),
    items,
    setDigest: setDigestOf(items),
    reason,
    requestedBy: by.actor.id,
    requestedAt: at,
    expiresAt: new Date(at.getTime() + APPROVAL_TTL_MS),
    state: 'open',
    approvedBy: null,
    approvedAt: null,
    givenUp: null,
    skipped: null,
    withdrawnAt: null,
  };
  await insertRequest(tx, request);
  await syncLog.append(tx, entriesOf(request, by.actor, open));
  return {
    ...toldRequest(request, at),
    skipped: selected.ids.flatMap((id) => leftOut(id, found.get(id))),
    remaining: selected.remaining,
  };
}

/** An entry has at most 16 KiB: ids in parts, each with the digest of the whole set. */
const IDS_PER_ENTRY = 200;

function entriesOf(
  { id: requestId, setDigest, items, expiresAt }: GiveUpRequest,
  actor: SyncLogActor,
  open: readonly SelectedItem[],
): SyncLogEntryInput[] {
  const parts = Array.from({ length: Math.ceil(open.length / IDS_PER_ENTRY) }, (_, part) =>
    open.slice(part * IDS_PER_ENTRY, (part + 1) * IDS_PER_ENTRY),
  );
  return parts.map((part) => ({
    kind: 'give-up.requested',
    actor,
    detail: {
      requestId,
      setDigest,
      count: items.length,
      until: expiresAt.toISOString(),
      reasonCodes: [...new Set(part.map((item) => item.reasonCode))],
      refs: part.map((item) => item.id),
    },
  }));
}

function leftOut(id: string, item: SelectedItem | undefined): SkippedItem[] {
  if (item === undefined) return [{ id, why: 'unknown', state: null }];
  return item.state === 'open' ? [] : [{ id, why: 'not-open', state: item.state }];
}

function noneOpen(): AppError {
  return new AppError({
    code: 'quarantine-item-not-open',
    disposition: 'refuse',
    status: 409,
    field: 'ids',
    detail: 'none of these items is open',
  });
}

function personal(): AppError {
  return new AppError({
    code: 'give-up-reason-personal',
    disposition: 'refuse',
    status: 422,
    field: 'reason',
    detail: 'the reason looks as if it holds a person’s number',
  });
}
