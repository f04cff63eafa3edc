import type { ViolationCode } from '../domain/catalogue';
import { DROPPED_MONTHS, LOG_DROPPED_UNTIL } from './dropped-months';

/** A question about whole tables, which no single dossier can answer: each row that it returns is a violation. */
interface TableCheck {
  code: ViolationCode;
  /** Returns `subject` (text), `sentence`, and where there is one `dossierId`. $1: what is older than this instant is no longer in
   *  motion. $2: only what is not older than this (null: everything). $3: most rows wanted. */
  sql: string;
}

/** From position or leaf `first` up to the sequencer's counter; the end is looked at as a row of its own. */
function gaps(table: string, column: string, next: string, first: number): string {
  return `
select found.at::text as subject, 'the numbers before ' || found.at || ' are missing, from ' || (found.before + 1) as sentence
from (
  select n.at, lag(n.at, 1, ${first - 1}::bigint) over (order by n.at) as before
  from (select ${column} as at from ${table} union all select ${next} from sequencer where id = 1) n
) found
where found.at <> found.before + 1 and $1::timestamptz is not null and $2::timestamptz is null
order by found.at limit $3`;
}

const EVERYTHING = '$1::timestamptz is not null';
const RECENT = (column: string): string => `($2::timestamptz is null or ${column} >= $2)`;

/** The entry of an older fact may be in the archive only. */
const NOT_ARCHIVED = (column: string): string => `${column} >= coalesce(${LOG_DROPPED_UNTIL}, '-infinity')`;

/** RFC 6962. */
const LEAF_HASH = `sha256('\\x00'::bytea || e.bytes)`;

export const TABLE_CHECKS: readonly TableCheck[] = [
  { code: 'out-of-order.event-log-gap', sql: gaps('event_log', 'position', 'next_position', 1) },
  { code: 'out-of-order.leaf-gap', sql: gaps('synclog_leaf', 'leaf_index', 'next_leaf', 0) },
  {
    code: 'stuck.event-not-sequenced',
    sql: `
select event_id::text as subject, dossier_id as "dossierId", type || ' waits in the outbox since ' || at as sentence
from event_outbox where at <= $1 and ${RECENT('at')} order by id limit $3`,
  },
  {
    code: 'stuck.entry-not-sequenced',
    sql: `
select e.id::text as subject, e.dossier_id as "dossierId", e.kind || ' waits for its leaf since ' || e.at as sentence
from synclog_outbox o join synclog_entry e on e.id = o.entry_id where e.at <= $1 and ${RECENT('e.at')} order by o.id limit $3`,
  },
  {
    code: 'stuck.entry-not-sealed',
    sql: `
select l.leaf_index::text as subject, e.dossier_id as "dossierId", 'leaf ' || l.leaf_index || ' of ' || e.at || ' is not sealed' as sentence
from synclog_head h join synclog_leaf l on l.leaf_index = h.size join synclog_entry e on e.id = l.entry_id
where e.at <= $1 and ${RECENT('e.at')} limit $3`,
  },
  {
    code: 'stuck.event-not-relayed',
    sql: `
select l.position::text as subject, l.dossier_id as "dossierId", 'the relay stands before position ' || l.position || ' of ' || l.at as sentence
from bus_cursor c
cross join lateral (select * from event_log e where e.position > c.position order by e.position limit 1) l
where c.consumer = 'relay' and c.lease_owner is not null and l.at <= $1 and ${RECENT('l.at')} limit $3`,
  },
  {
    code: 'stuck.decision-waiting',
    // Only the first of those that share a code: the others wait behind it.
    sql: `
select e.id::text as subject, 'the decision at position ' || e.position || ' is due since ' || e.next_try_at as sentence
from decision_event e
where e.state = 'waiting' and e.next_try_at <= $1 and ${RECENT('e.seen_at')}
  and not exists (
    select 1 from decision_event b where b.state = 'waiting' and b.position < e.position
      and (b.codes->>'dvclt' = e.codes->>'dvclt' or b.codes->>'oneStop' = e.codes->>'oneStop'))
order by e.position limit $3`,
  },
  {
    code: 'lost.entry-not-sequenced',
    sql: `
select e.id::text as subject, e.dossier_id as "dossierId", e.kind || ' of ' || e.at || ' has no leaf and does not wait for one' as sentence
from synclog_entry e
where not exists (select 1 from synclog_leaf l where l.entry_id = e.id)
  and not exists (select 1 from synclog_outbox o where o.entry_id = e.id) and ${EVERYTHING} and ${RECENT('e.at')} limit $3`,
  },
  {
    code: 'doubled.entry-sequenced',
    sql: `
select l.entry_id::text as subject, 'the entry of leaf ' || l.leaf_index || ' waits for another leaf' as sentence
from synclog_outbox o join synclog_leaf l on l.entry_id = o.entry_id where ${EVERYTHING} and $2::timestamptz is null limit $3`,
  },
  {
    code: 'doubled.event-published',
    sql: `
select event_id::text as subject, min(type) || ' without a dossier was published ' || count(*) || ' times' as sentence
from (
  select event_id, type, at from event_log where dossier_id is null
  union all select event_id, type, at from event_outbox where dossier_id is null
) e where ${EVERYTHING} and ${RECENT('at')} group by event_id having count(*) > 1 limit $3`,
  },
  {
    code: 'unexplained.entry-not-as-sealed',
    // Tile by tile; only of a tile that differs each leaf is looked at. An entry may be missing only when its own id is of a dropped month and its leaf
    // within the archive: the leaf alone says nothing, since a late clock gives an old id a new leaf. What is there is compared, wherever it stands. A tile of
    // nothing but dropped entries is known by its leaves' ids and by `kept`, without a look for each entry.
    // `offset 0`: by index for each leaf; the planner would read the whole log for each tile.
    sql: `
with border as materialized (
  select coalesce(max(before_leaf), 0) as leaf, synclog_first_id(max(until_at)) as id from ${DROPPED_MONTHS}
), kept as materialized (
  select distinct (select l.leaf_index / 256 from synclog_leaf l where l.entry_id = e.id) as at
  from synclog_entry e where e.id < (select id from border)
), tile as (
  select tile_index as at, hashes from synclog_tile where level = 0
  union all select size / 256, partials[1] from synclog_head where id = 1 and size % 256 > 0
), suspect as materialized (
  select t.at * 256 as first, t.at * 256 + octet_length(t.hashes) / 32 as behind, t.hashes from tile t
  where case when t.at * 256 >= (select leaf from border) or t.at in (select at from kept where at is not null) or exists (
      select 1 from synclog_leaf l
      where l.leaf_index >= t.at * 256 and l.leaf_index < t.at * 256 + 256 and l.entry_id >= (select id from border))
    then t.hashes is distinct from (
      select string_agg(${LEAF_HASH}, ''::bytea order by l.leaf_index)
      from synclog_leaf l cross join lateral (select bytes from synclog_entry where id = l.entry_id offset 0) e
      where l.leaf_index >= t.at * 256 and l.leaf_index < t.at * 256 + octet_length(t.hashes) / 32)
    else false end
)
select l.leaf_index::text as subject, l.dossier_id as "dossierId", 'leaf ' || l.leaf_index ||
  case when l.hash is null then ' has no entry any more' else ' is not the entry that was sealed' end as sentence
from suspect s
cross join lateral (
  select l.*, e.dossier_id, ${LEAF_HASH} as hash
  from synclog_leaf l left join lateral (select * from synclog_entry where id = l.entry_id offset 0) e on true
  where l.leaf_index >= s.first and l.leaf_index < s.behind offset 0
) l
where case when l.hash is null then l.leaf_index >= (select leaf from border) or l.entry_id >= (select id from border)
    else substring(s.hashes from (l.leaf_index - s.first)::integer * 32 + 1 for 32) <> l.hash end
  and ${EVERYTHING} and $2::timestamptz is null
order by l.leaf_index limit $3`,
  },
  {
    code: 'unexplained.entry-outside-months',
    sql: `
select e.id::text as subject, e.dossier_id as "dossierId", e.kind || ' of ' || e.at || ' is in no month of the log' as sentence
from synclog_entry_beyond e where ${EVERYTHING} and ${RECENT('e.at')} order by e.id limit $3`,
  },
  {
    code: 'unexplained.event-without-fact',
    sql: `
select e.event_id::text as subject, e.dossier_id as "dossierId", 'position ' || e.position || ' tells ' || e.type || ' of a dossier that does not exist' as sentence
from event_log e
where e.dossier_id is not null and not exists (select 1 from dossier d where d.id = e.dossier_id) and ${EVERYTHING} and ${RECENT('e.at')} limit $3`,
  },
  {
    code: 'lost.message-without-dossier',
    sql: `
select m.id::text as subject, m.dossier_id as "dossierId", 'the message is kept as ' || m.disposition || ', and its dossier does not exist' as sentence
from intake_message m
where m.disposition <> 'quarantined' and not exists (select 1 from dossier d where d.id = m.dossier_id) and ${EVERYTHING} and ${RECENT('m.at')} limit $3`,
  },
  {
    code: 'lost.quarantined-message',
    // A later message of the same code renews the item; one without a code is known by its own item or by the row it was listed in.
    sql: `
select m.id::text as subject, m.dossier_id as "dossierId", 'the message was not understood, and no item of quarantine shows it' as sentence
from intake_message m
where m.disposition = 'quarantined' and ${EVERYTHING} and ${RECENT('m.at')}
  and not exists (select 1 from quarantine q where q.message_id = m.id)
  and not exists (
    select 1 from quarantine q where q.source = m.source
      and (q.item_key = m.external_code or q.codes->>'dvclt' = m.external_code or q.codes->>'oneStop' = m.external_code
           or m.external_code is null and q.listing_digest = m.listing_digest))
limit $3`,
  },
  {
    code: 'lost.quarantine-resolved-without-dossier',
    sql: `
select q.id::text as subject, 'the item is resolved, and no dossier has its code' as sentence
from quarantine q
where q.state = 'resolved' and q.codes->>'dvclt' is not null and ${EVERYTHING} and ${RECENT('q.last_seen')}
  and not exists (select 1 from dossier_code c where c.system = 'dvclt' and c.code = q.codes->>'dvclt') limit $3`,
  },
  {
    code: 'unexplained.given-up-without-approval',
    sql: `
select q.id::text as subject, 'the item is given up, and no approved request names it' as sentence
from quarantine q
where q.state = 'given-up' and ${EVERYTHING} and ${RECENT('q.last_seen')}
  and not exists (select 1 from quarantine_request r where r.state = 'approved' and r.given_up ? q.id::text) limit $3`,
  },
  {
    code: 'unexplained.message-not-logged',
    sql: `
select m.id::text as subject, 'the quarantined message is not in the sync log' as sentence
from intake_message m
where m.disposition = 'quarantined' and m.dossier_id is null and ${EVERYTHING} and ${RECENT('m.at')} and ${NOT_ARCHIVED('m.at')} and not exists (
  select 1 from synclog_entry e
  where e.kind = 'item.quarantined' and convert_from(e.bytes, 'UTF8')::jsonb->'detail'->>'messageId' = m.id::text)
limit $3`,
  },
  {
    code: 'unexplained.attempt-without-delivery',
    sql: `
select a.id::text as subject, 'attempt ' || a.number || ' belongs to delivery ' || a.delivery_id || ', which does not exist' as sentence
from attempt a
where not exists (select 1 from delivery d where d.id = a.delivery_id) and ${EVERYTHING} and ${RECENT('a.ended_at')} limit $3`,
  },
  {
    code: 'unexplained.receipt-without-entry',
    // What the archive run noted is a claim as any other: the application may write it, too. The tree stays, and says it.
    sql: `
(select r.id::text as subject, r.dossier_id as "dossierId", 'the receipt of ' || r.operation || ' names a leaf that the sync log does not hold' as sentence
from receipt r
where r.leaf_index is null and ${EVERYTHING} and ${RECENT('r.at')} and not exists (
  select 1 from synclog_entry e
  where e.dossier_id is not distinct from r.dossier_id
    and encode(sha256('\\x00'::bytea || e.bytes), 'base64') = r.body->>'leafHash')
limit $3)
union all
(select r.id::text, r.dossier_id, 'the receipt of ' || r.operation || ' is noted at leaf ' || r.leaf_index || ', which is not the one that it names'
from receipt r
where r.leaf_index is not null and ${EVERYTHING} and ${RECENT('r.at')} and not exists (
  select 1 from (
    select hashes from synclog_tile where level = 0 and tile_index = r.leaf_index / 256
    union all select partials[1] from synclog_head where id = 1 and size / 256 = r.leaf_index / 256
  ) tile
  where encode(substring(tile.hashes from (r.leaf_index % 256)::integer * 32 + 1 for 32), 'base64') = r.body->>'leafHash')
limit $3)
limit $3`,
  },
];
