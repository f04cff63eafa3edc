import type { Database, Tx } from '#platform';

/** How many rows one call of {@link sequenceBatch} moved. */
export interface Sequenced {
  events: number;
  leaves: number;
}

/** By index: a sequential scan would pass all the dead rows that the last batches left. */
const WAITING = `
select (select id from event_outbox order by id limit 1) is not null or (select id from synclog_outbox order by id limit 1) is not null as waiting`;

const MOVE_EVENTS = `
with moved as (
  delete from event_outbox where id = any (array(select id from event_outbox order by id limit $2))
  returning id, event_id, type, at, dossier_id, seq, unit, codes, data, traceparent
)
insert into event_log (position, event_id, type, at, dossier_id, seq, unit, codes, data, traceparent)
select $1::bigint - 1 + row_number() over (order by id), event_id, type, at, dossier_id, seq, unit, codes, data, traceparent from moved`;

const MOVE_LEAVES = `
with moved as (
  delete from synclog_outbox where id = any (array(select id from synclog_outbox order by id limit $2)) returning id, entry_id
)
insert into synclog_leaf (leaf_index, entry_id)
select $1::bigint - 1 + row_number() over (order by id), entry_id from moved`;

/** The sequencer (DESIGN §3): moves what is committed in the two outboxes to event log and sync log leaves and numbers it without gaps, in order of the
 *  outbox id: positions from 1, leaves from 0, at most `limit` rows of each. Any process may call it; the row lock decides whose turn it is. */
export async function sequenceBatch(db: Database, limit: number): Promise<Sequenced> {
  const [look] = await db.query<{ waiting: boolean }>(WAITING);
  if (!look?.waiting) return { events: 0, leaves: 0 };
  return db.run((tx) => moveBatch(tx, limit));
}

async function moveBatch(tx: Tx, limit: number): Promise<Sequenced> {
  // A process that freezes between two statements must not keep the role: the server ends it after 2 s, and a waiter gets the lock before its own 4 s are over.
  await tx.execute(
    `select set_config('idle_in_transaction_session_timeout', '2s', true), set_config('lock_timeout', '4s', true)`,
  );
  // The lock is its own statement: under READ COMMITTED the statements after it see every outbox row that the last holder left and nothing that it took.
  const [next] = await tx.query<{ position: string; leaf: string }>(
    'select next_position as position, next_leaf as leaf from sequencer where id = 1 for update',
  );
  if (!next) throw new Error('the sequencer row is missing: run the migrations');
  const events = await tx.execute(MOVE_EVENTS, [next.position, limit]);
  const leaves = await tx.execute(MOVE_LEAVES, [next.leaf, limit]);
  if (events + leaves > 0) {
    await tx.execute(
      'update sequencer set next_position = next_position + $1, next_leaf = next_leaf + $2 where id = 1',
      [events, leaves],
    );
  }
  return { events, leaves };
}
