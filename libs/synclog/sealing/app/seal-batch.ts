import type { Database } from '#platform';
import { growTree } from '../../tlog/grow-tree';
import { rootOfEdge } from '../../tlog/tiles';
import { leafHash } from '../../tlog/tree-hash';
import { lockHead, readEntries, writeTree } from '../adapters/tree-store';

/** Without a lock: an idle sealer holds nobody up. By index, to the first one only. */
const WAITING = `
select exists (select from synclog_leaf where leaf_index >= (select size from synclog_head where id = 1) limit 1) as waiting`;

/** Grows the tree by the next numbered entries, at most so many, in one short transaction. Any process may call it; the lock of the head's row decides
 *  whose turn it is.
 *  @returns how many were sealed */
export async function sealBatch(db: Database, limit: number): Promise<number> {
  const [look] = await db.query<{ waiting: boolean }>(WAITING);
  if (!look?.waiting) return 0;
  return db.run(async (tx) => {
    // A process that freezes between two statements must not keep the role (as in the sequencer).
    tx.send(
      `select set_config('idle_in_transaction_session_timeout', '2s', true), set_config('lock_timeout', '4s', true)`,
    );
    const head = await lockHead(tx);
    const entries = await readEntries(tx, { from: head.size, to: head.size + limit });
    if (entries.length === 0) return 0;
    const { edge, full } = growTree(head, entries.map(leafHash));
    writeTree(tx, { ...edge, root: rootOfEdge(edge.partials) }, full);
    return entries.length;
  });
}
