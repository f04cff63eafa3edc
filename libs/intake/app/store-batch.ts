import { AppError, codeOf, isConnectionLost, type Tx } from '#platform';
import type { IntakeItem, ItemEnd } from '../domain/intake-item';
import { isOfTheMoment } from './database-failures';
import { discardDrafts } from './discard-drafts';
import type { IntakeDeps } from './intake-deps';
import type { StoreContext } from './item-plan';
import { storeItems } from './store-items';

export interface StoredBatch {
  /** In the order of the items. */
  ends: ItemEnd[];
}

/** Stores many items in one transaction; when that fails, each in its own, so that a poison item hurts nobody else (Q43).
 *  `hold` runs first in every transaction: it keeps the poller's lease. What large items brought into the vault and nobody took (a
 *  duplicate, the files of an unfit one) is removed afterwards.
 *  @throws what ended the turn: a lost lease, or a database that is away */
export async function storeBatch(
  items: readonly IntakeItem[],
  hold: (tx: Tx) => Promise<void>,
  context: StoreContext,
  deps: IntakeDeps,
): Promise<StoredBatch> {
  try {
    return await storeAll(items, hold, context, deps);
  } finally {
    await discardDrafts(items, deps);
  }
}

async function storeAll(
  items: readonly IntakeItem[],
  hold: (tx: Tx) => Promise<void>,
  context: StoreContext,
  deps: IntakeDeps,
): Promise<StoredBatch> {
  const store = (some: readonly IntakeItem[]): Promise<ItemEnd[]> =>
    deps.db.run(async (tx) => {
      await hold(tx);
      return (await storeItems(tx, some, context, deps)).map((stored) => stored.end);
    });
  try {
    return { ends: await store(items) };
  } catch (error) {
    if (endsTurn(error)) throw error;
    deps.log.warn('intake.batch-failed', { source: context.source, items: items.length, code: codeOf(error) });
  }
  const ends: ItemEnd[] = [];
  for (const item of items) ends.push(await storeOne(item, store, context, deps));
  return { ends };
}

type Store = (some: readonly IntakeItem[]) => Promise<ItemEnd[]>;

/** What cannot be stored for a reason of its own goes to quarantine; what a moment prevented is left for the next list. */
async function storeOne(item: IntakeItem, store: Store, context: StoreContext, deps: IntakeDeps): Promise<ItemEnd> {
  try {
    return (await store([item]))[0];
  } catch (error) {
    if (endsTurn(error)) throw error;
    deps.log.warn('intake.item-failed', { source: context.source, code: codeOf(error) });
    if (isPassing(error)) return 'failed';
    return quarantineInstead(item, error, store, { context, deps });
  }
}

async function quarantineInstead(
  item: IntakeItem,
  cause: unknown,
  store: Store,
  { context, deps }: { context: StoreContext; deps: IntakeDeps },
): Promise<ItemEnd> {
  const { listing, code, raw, stages, openItemId } = item;
  const failure = {
    stage: 'store',
    code: codeOf(cause),
    reason: 'the item was understood and could not be stored',
    responsible: 'province',
  };
  try {
    return (await store([{ listing, code, raw, stages, openItemId, failure }]))[0];
  } catch (error) {
    if (endsTurn(error)) throw error;
    deps.log.error('intake.item-lost-for-now', { source: context.source, code: codeOf(error) });
    return 'failed';
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof AppError ? error.disposition === 'retry' : isOfTheMoment(error);
}

function endsTurn(error: unknown): boolean {
  return codeOf(error) === 'poller-lease-lost' || isConnectionLost(error);
}
