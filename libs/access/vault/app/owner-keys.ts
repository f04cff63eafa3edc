import { randomBytes } from 'node:crypto';
import { AppError, type Clock, type Ids, type Tx } from '#platform';
import { ensureOwnerKeys, type OwnerKeyRow } from '../adapters/vault-store';
import { BoundedCache } from '../domain/bounded-cache';
import { ownerContext } from '../domain/contexts';
import { KEY_BYTES } from '../domain/envelope';
import { erasedKey } from '../domain/erased-key';
import type { MasterKeys, VaultOwner } from '../ports';

/** An owner's key in the clear; lives in memory only. */
export interface OwnerKey {
  id: string;
  key: Buffer;
}

export interface OwnerKeysOptions {
  masterKeys: MasterKeys;
  ids: Ids;
  clock: Clock;
  /** Unwrapped keys kept in memory. @default 5_000 */
  maxCachedKeys?: number;
  /** How long an unwrapped key is used: an erased key no longer than this. It leaves memory with the next one that comes. @default 60_000 ms */
  maxCachedAgeMs?: number;
}

/** Tries for an owner whose key another transaction is creating; each try waits for that transaction. */
const MAX_TRIES = 5;

/** Finds, makes, unwraps and remembers the keys of owners. */
export class OwnerKeys {
  private readonly cache: BoundedCache<OwnerKey>;

  constructor(private readonly options: OwnerKeysOptions) {
    this.cache = new BoundedCache(options.maxCachedKeys ?? 5_000, options.maxCachedAgeMs ?? 60_000);
  }

  /** Keys for sealing, by `ownerContext`; made where an owner has none. */
  async forSealing(tx: Tx, owners: readonly VaultOwner[]): Promise<Map<string, OwnerKey>> {
    const found = new Map<string, OwnerKey>();
    let missing = new Map<string, VaultOwner>();
    for (const owner of owners) {
      const cached = this.cached(owner);
      if (cached) found.set(ownerContext(owner), cached);
      else missing.set(ownerContext(owner), owner);
    }
    for (let tries = 0; missing.size > 0; tries += 1) {
      if (tries === MAX_TRIES) throw new AppError({ code: 'vault-key-contended', disposition: 'retry' });
      // The master key that we offered the first time may have been retired meanwhile.
      if (tries > 0) await this.options.masterKeys.refresh();
      const stored = await this.ensure(tx, [...missing.values()]);
      for (const [context, key] of stored) found.set(context, key);
      missing = new Map([...missing].filter(([context]) => !stored.has(context)));
    }
    return found;
  }

  /** The key of a stored row. `isCommitted`: the row was read outside any transaction of ours.
   *  @throws AppError `vault-erased`, `vault-tampered` */
  async forOpening(row: OwnerKeyRow, isCommitted: boolean): Promise<Buffer> {
    if (row.wrapped === null) throw erasedKey();
    const cached = this.cached(row);
    if (cached?.id === row.id) return cached.key;
    return (await this.unwrap(row, isCommitted)).key;
  }

  /** Of an erased owner: its key has no business in memory any more. */
  forget(owner: VaultOwner): void {
    this.cache.delete(ownerContext(owner));
  }

  private cached(owner: VaultOwner): OwnerKey | undefined {
    return this.cache.get(ownerContext(owner), this.options.clock.now());
  }

  private async ensure(tx: Tx, owners: readonly VaultOwner[]): Promise<Map<string, OwnerKey>> {
    const { ids, clock, masterKeys } = this.options;
    const fresh = new Map<string, Buffer>();
    const offered: OwnerKeyRow[] = [];
    for (const { ownerKind, ownerId } of owners) {
      const key = randomBytes(KEY_BYTES);
      const id = ids.next();
      fresh.set(id, key);
      offered.push({
        id,
        ownerKind,
        ownerId,
        ...(await masterKeys.wrap(key, ownerContext({ ownerKind, ownerId }))),
      });
    }
    const stored = new Map<string, OwnerKey>();
    for (const row of await ensureOwnerKeys(tx, offered, clock.now())) {
      const key = fresh.get(row.id);
      stored.set(ownerContext(row), key ? { id: row.id, key } : await this.unwrap(row, !row.mine));
    }
    return stored;
  }

  /** `mayKeep` is false for rows of an open transaction: after a rollback the remembered key would belong to no row. */
  private async unwrap(row: OwnerKeyRow, mayKeep: boolean): Promise<OwnerKey> {
    if (row.wrapped === null) throw erasedKey();
    const key = {
      id: row.id,
      key: await this.options.masterKeys.unwrap(row.masterKeyId, row.wrapped, ownerContext(row)),
    };
    if (mayKeep) this.cache.set(ownerContext(row), key, this.options.clock.now());
    return key;
  }
}
