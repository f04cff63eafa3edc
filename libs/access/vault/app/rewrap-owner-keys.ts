import { codeOf, type Log, type Queryable } from '#platform';
import { readOwnerKeysUnder, replaceWrapped, type Rewrapped, type WrappedOwnerKey } from '../adapters/rewrap-store';
import { ownerContext } from '../domain/contexts';
import type { MasterKeys } from '../ports';
import { olderKeys } from './older-keys';

export interface RewrapDeps {
  db: Queryable;
  keys: MasterKeys;
  log: Log;
}

/** Owner keys of one round: a statement of some hundred kilobytes, and a lock on as many rows for some milliseconds. */
const BATCH = 500;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Wraps the owner keys that hang on older master keys by the current one, round by round. What is left to do is in the rows themselves: a crash
 *  anywhere leaves each key wrapped by one master key or the other, and the next round, of whichever worker, goes on. */
export class OwnerKeyRewrap {
  /** How far this pass has come under each master key: one key that does not open keeps no other from being moved. */
  private readonly passed = new Map<string, string>();

  constructor(private readonly deps: RewrapDeps) {}

  /** @returns how many owner keys it has looked at; 0 at the end of a pass */
  async round(): Promise<number> {
    const { db, keys } = this.deps;
    await keys.refresh();
    for (const id of olderKeys(keys)) {
      const rows = await readOwnerKeysUnder(db, id, { after: this.passed.get(id) ?? BEFORE_ALL, limit: BATCH });
      const last = rows.at(-1);
      if (last !== undefined) {
        await this.move(rows);
        this.passed.set(id, last.id);
        return rows.length;
      }
    }
    this.passed.clear();
    return 0;
  }

  /** No transaction is open while a key service is asked. */
  private async move(rows: readonly WrappedOwnerKey[]): Promise<void> {
    const moved = await Promise.all(rows.map((row) => this.rewrapped(row)));
    await replaceWrapped(
      this.deps.db,
      moved.filter((row) => row !== undefined),
    );
  }

  private async rewrapped(row: WrappedOwnerKey): Promise<Rewrapped | undefined> {
    const { keys, log } = this.deps;
    const context = ownerContext(row);
    try {
      const key = await keys.unwrap(row.masterKeyId, row.wrapped, context);
      const fresh = await keys.wrap(key, context);
      key.fill(0);
      return { id: row.id, before: row.wrapped, ...fresh };
    } catch (error) {
      // Only what a person has to look at is passed over; a key service that is away stops the round.
      if (codeOf(error) !== 'vault-tampered') throw error;
      log.error('vault.owner-key-tampered', { keyId: row.id, masterKeyId: row.masterKeyId });
      return undefined;
    }
  }
}
