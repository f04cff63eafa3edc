import { queryOnce } from '../harness/query-once';
import { until } from '../harness/until';
import type { Appended } from './append-load';

/** From the writing of an entry to the first signed checkpoint that covers it, ms. */
export interface SealLag {
  p50: number;
  p99: number;
  max: number;
  /** Entries of all writers in that time. */
  entries: number;
}

const SEALED_DEADLINE_MS = 60_000;

/** Waits until everything that was written is sealed, and looks back at how long each took. */
export async function sealLag(databaseUrl: string, { from, to }: Pick<Appended, 'from' | 'to'>): Promise<SealLag> {
  await until(() => isSealed(databaseUrl), SEALED_DEADLINE_MS, 'checkpoint over everything', 250);
  const [lag] = await queryOnce<SealLag>(databaseUrl, LAG, [from, to]);
  return lag;
}

async function isSealed(databaseUrl: string): Promise<boolean> {
  const [row] = await queryOnce<{ sealed: boolean }>(
    databaseUrl,
    `select not exists (select from synclog_outbox)
       and (select count(*) from synclog_leaf) = coalesce((select max(size) from synclog_checkpoint), 0) as sealed`,
  );
  return row.sealed;
}

/** Checkpoints by the range of leaves that each is the first to cover. */
const LAG = `
with covering as (
  select coalesce(lag(size) over (order by size), 0) as first, size as last, signed_at from synclog_checkpoint
), waited as (
  select extract(epoch from c.signed_at - e.at)::float8 * 1000 as ms
  from covering c
  join synclog_leaf l on l.leaf_index >= c.first and l.leaf_index < c.last
  join synclog_entry e on e.id = l.entry_id
  where e.at between $1 and $2
)
select percentile_cont(0.5) within group (order by ms) as p50, percentile_cont(0.99) within group (order by ms) as p99,
  max(ms) as max, count(*)::integer as entries
from waited`;
