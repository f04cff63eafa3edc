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
  delete from event_outbox where id = any (array(select id from event_outbox order by id limit $1))
  returning id, event_id, type, at, dossier_id, seq, unit, codes, data, traceparent
), placed as (
  insert into event_log (position, event_id, type, at, dossier_id, seq, unit, codes, data, traceparent)
  select s.next_position - 1 + row_number() over (order by m.id), m.event_id, m.type, m.at, m.dossier_id, m.seq, m.unit, m.codes, m.data, m.traceparent
  from moved m cross join sequencer s where s.id = 1
)
update sequencer set next_position = next_position + n from (select count(*) as n from moved) m where id = 1 and n > 0
returning n::integer as moved`;

const MOVE_LEAVES = `
with moved as (
  delete from synclog_outbox where id = any (array(select id from synclog_outbox order by id limit $1)) returning id, entry_id
), placed as (
  insert into synclog_leaf (leaf_index, entry_id)
  select s.next_leaf - 1 + row_number() over (order by m.id), m.entry_id from moved m cross join sequencer s where s.id = 1
)
update sequencer set next_leaf = next_leaf + n from (select count(*) as n from moved) m where id = 1 and n > 0
returning n::integer as moved`;

interface Moved {
  moved: number;
}

/** The sequencer (DESIGN §3): moves what is committed in the two outboxes to event log and sync log leaves and numbers it without gaps, in order of the
 *  outbox id: positions from 1, leaves from 0, at most `limit` rows of each. Any process may call it; the row lock decides whose turn it is. */
export async function sequenceBatch(db: Database, limit: number): Promise<Sequenced> {
  const [look] = await db.query<{ waiting: boolean }>(WAITING);
  if (!look?.waiting) return { events: 0, leaves: 0 };
  return db.run((tx) => moveBatch(tx, limit));
}

async function moveBatch(tx: Tx, limit: number): Promise<Sequenced> {
  // A process that freezes between two statements must not keep the role: the server ends it after 2 s, and a waiter gets the lock before its own 4 s are over.
  tx.send(
    `select set_config('idle_in_transaction_session_timeout', '2s', true), set_config('lock_timeout', '4s', true)`,
  );
  // The lock is its own statement: under READ COMMITTED the statements after it see every outbox row that the last holder left and nothing that it took.
  const [[role], [events], [leaves]] = await Promise.all([
    tx.query('select from sequencer where id = 1 for update'),
    tx.query<Moved>(MOVE_EVENTS, [limit]),
    tx.query<Moved>(MOVE_LEAVES, [limit]),
  ]);
  if (!role) throw new Error('the sequencer row is missing: run the migrations');
  return { events: events?.moved ?? 0, leaves: leaves?.moved ?? 0 };
}
