import { rfc3339, type Clock, type Ids, type Tx } from '#platform';
import { insertEntries, type EntryRow } from '../adapters/entry-store';
import { entryBytes, leafHash, type SyncLogEntryInput } from '../domain/entry';

/** What an appended entry is known by. */
export interface AppendedEntry {
  id: string;
  /** RFC 6962 leaf hash, 32 bytes. */
  leafHash: Buffer;
}

/** The append-only log of what the product did (DESIGN §10). */
export interface SyncLog {
  /** Writes the entries in the caller's transaction, in order; the sequencer numbers them after the commit.
   *  @throws AppError with disposition `bug` on an unknown kind, an entry over 16 KiB or a member that is no code */
  append(tx: Tx, entries: readonly SyncLogEntryInput[]): Promise<AppendedEntry[]>;
}

export function createSyncLog({ ids, clock }: { ids: Ids; clock: Clock }): SyncLog {
  return {
    append: async (tx, entries) => {
      if (entries.length === 0) return [];
      const at = clock.now();
      const rows = entries.map((entry): EntryRow => {
        const id = ids.next();
        return { id, kind: entry.kind, dossierId: entry.dossierId ?? null, bytes: entryBytes(id, rfc3339(at), entry) };
      });
      insertEntries(tx, rows, at);
      return rows.map((row) => ({ id: row.id, leafHash: leafHash(row.bytes) }));
    },
  };
}
