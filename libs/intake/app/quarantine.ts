import { appendToOutbox } from '#bus';
import { AppError, type Clock, type Ids, type Tx, type Queryable } from '#platform';
import { isLoggableCode, type SyncLogActor, type SyncLogEntryInput } from '#synclog';
import {
  readItem,
  readItems,
  resolveItems,
  upsertItems,
  type QuarantineItem,
  type QuarantineRow,
  type Units,
} from '../adapters/quarantine-store';
import { readPageOfKind } from '../adapters/quarantine-groups';
import { QUARANTINED_EVENT } from '../domain/feed-events';
import type { QuarantineState } from '../domain/quarantine-states';
import { findKind } from './quarantine-selection';

/** Stores items in quarantine, in the caller's transaction: one open item per code, and the outside is told once per item.
 *  Returns the sync log entries to append. */
export async function quarantineItems(
  tx: Tx,
  rows: readonly QuarantineRow[],
  deps: { clock: Clock; ids: Ids; actor: SyncLogActor },
): Promise<SyncLogEntryInput[]> {
  if (rows.length === 0) return [];
  const at = deps.clock.now();
  const stored = new Map((await upsertItems(tx, rows, at)).map((one) => [one.itemKey, one]));
  const placed = rows.map((row) => ({
    row,
    id: stored.get(row.itemKey)?.id ?? row.id,
    isNew: stored.get(row.itemKey)?.isNew ?? false,
  }));
  appendToOutbox(
    tx,
    placed
      .filter((one) => one.isNew)
      .map(({ row, id }) => ({
        eventId: deps.ids.next(),
        type: QUARANTINED_EVENT,
        at,
        dossierId: null,
        seq: null,
        unit: null,
        codes: row.codes,
        data: {
          itemId: id,
          source: row.source,
          stage: row.stage,
          reasonCode: row.reasonCode,
          responsible: row.responsible,
        },
      })),
  );
  return placed.map(({ row, id }) => ({
    kind: 'item.quarantined',
    actor: deps.actor,
    codes: Object.values(row.codes),
    partner: row.source,
    detail: {
      itemId: id,
      stage: row.stage,
      reasonCode: row.reasonCode,
      responsible: row.responsible,
      ...(row.messageId ? { messageId: row.messageId } : {}),
      ...(row.field !== null && isLoggableCode(row.field) ? { field: row.field } : {}),
    },
  }));
}

/** Closes items whose code has come through after all. Returns the sync log entries to append. */
export async function resolveQuarantined(
  tx: Tx,
  ids: readonly string[],
  deps: { clock: Clock; actor: SyncLogActor },
): Promise<SyncLogEntryInput[]> {
  if (ids.length === 0) return [];
  const resolved = await resolveItems(tx, ids, deps.clock.now());
  return resolved.map(({ id: itemId, source: partner, codes, unit }) => ({
    kind: 'item.resolved',
    actor: deps.actor,
    codes: Object.values(codes),
    partner,
    ...(unit === null ? {} : { unit }),
    detail: { itemId },
  }));
}

export type { QuarantineItem };

/** A page of items of the caller's communes, oldest first; `after` is the id of the last item of the page before. Those of a group are open. */
export async function listQuarantine(
  tx: Queryable,
  page: { state?: QuarantineState; group?: string; after?: string; limit: number; units?: Units },
): Promise<{ items: QuarantineItem[]; next: string | null }> {
  const { group, ...rest } = { ...page, limit: page.limit + 1 };
  const found = group === undefined ? await readItems(tx, rest) : await ofGroup(tx, group, rest);
  const items = found.slice(0, page.limit);
  return { items, next: found.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

async function ofGroup(
  tx: Queryable,
  group: string,
  page: { state?: QuarantineState; after?: string; limit: number; units?: Units },
): Promise<QuarantineItem[]> {
  const kind =
    page.state === undefined || page.state === 'open' ? await findKind(tx, group, page.units ?? null) : undefined;
  return kind === undefined ? [] : readPageOfKind(tx, kind, page);
}

/** @throws AppError `quarantine-item-unknown` (404) */
export async function showQuarantine(tx: Queryable, id: string, units: Units = null): Promise<QuarantineItem> {
  const item = await readItem(tx, id, units);
  if (!item) throw new AppError({ code: 'quarantine-item-unknown', disposition: 'refuse', status: 404 });
  return item;
}
