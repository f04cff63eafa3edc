import type { Queryable } from '#platform';
import { leafHash } from '#synclog';
import type { SyncLogItem } from '../schema/sync-log';

export interface SyncLogRow {
  id: string;
  leaf_index: string | null;
  bytes: Buffer;
}

/** Sync log entries in the order of their ids, of one dossier or of all. */
export async function readSyncLog(
  tx: Queryable,
  dossierId: string | null,
  after: string | null,
  limit: number,
): Promise<SyncLogRow[]> {
  return tx.query<SyncLogRow>(
    `select e.id, l.leaf_index, e.bytes from synclog_entry e left join synclog_leaf l on l.entry_id = e.id
     where ($1::uuid is null or e.dossier_id = $1) and ($2::uuid is null or e.id > $2) order by e.id limit $3`,
    [dossierId, after, limit],
  );
}

/** The bytes are the RFC 8785 form, so the parsed entry has the same digest. */
export function syncLogItem(row: SyncLogRow): SyncLogItem {
  return {
    leafIndex: row.leaf_index === null ? null : Number(row.leaf_index),
    leafHash: leafHash(row.bytes).toString('base64'),
    entry: JSON.parse(row.bytes.toString('utf8')) as Record<string, unknown>,
  };
}
