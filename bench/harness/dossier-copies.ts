import type { ClientBase } from 'pg';

/** Tables that make a dossier with its deliveries, in the order of their keys; `id` is the column that gets a value of its own. */
const COPIED = [
  { table: 'dossier', key: 'id', id: null },
  { table: 'dossier_code', key: 'dossier_id', id: null },
  { table: 'journal', key: 'dossier_id', id: 'event_id' },
  { table: 'lane', key: 'dossier_id', id: null },
  { table: 'delivery', key: 'dossier_id', id: 'id' },
] as const;
const CODE_DIGITS = 6;
/** In place of a code that a dossier has not got; it stands in no row. */
const NONE = 'no such code';

export interface CopyOrder {
  /** Ids of the originals. */
  dossierIds: readonly string[];
  /** Copies of all of them together, the originals in turn. */
  copies: number;
  /** Codes at DVCLT for the first copies. @default the original's with six digits more, as for the other codes */
  dvcltCodes?: readonly string[];
  /** First number of the digits; copies of one original must not share them. @default 1 */
  firstNumber?: number;
}

/** Puts these dossiers, and all that waits or was done for them, into the database again and again, under ids and codes of their own. In the
 *  transaction that runs on this connection; its temporary table `copy` (old_id, new_id, rank from 1, dvclt, new_dvclt) says which is
 *  which. Copies refer to the sealed contents of their originals, and lack sync log, events of the feed and intake. */
export async function copyDossiers(
  client: ClientBase,
  { dossierIds, copies, dvcltCodes = [], firstNumber = 1 }: CopyOrder,
): Promise<void> {
  await client.query('drop table if exists copy');
  await client.query(COPIES, [dossierIds, copies, dvcltCodes, firstNumber]);
  await client.query('analyze copy');
  for (const { table, key, id } of COPIED) await client.query(copyOf(table, key, id));
}

/** What the database would have done in the hours in which as many rows come by themselves: else it does it in the measured time. Outside of a transaction. */
export async function tidyUp(client: ClientBase): Promise<void> {
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
}

/** New ids, and a new code of each old one. */
const COPIES = `
create temporary table copy on commit preserve rows as
select o.*, coalesce(($3::text[])[o.rank], o.dvclt || o.digits) as new_dvclt, o.one_stop || o.digits as new_one_stop,
  o.registry || o.digits as new_registry
from (
  select n::integer as rank, d.id as old_id, uuidv7() as new_id,
    lpad(($4 + (n - 1) / cardinality($1::uuid[]))::text, ${CODE_DIGITS}, '0') as digits,
    coalesce((select code from dossier_code where dossier_id = d.id and system = 'dvclt'), '${NONE}') as dvclt,
    coalesce((select code from dossier_code where dossier_id = d.id and system = 'one-stop'), '${NONE}') as one_stop,
    coalesce((select code from dossier_code where dossier_id = d.id and system = 'registry'), '${NONE}') as registry
  from generate_series(1, $2::integer) as n
  cross join lateral (select ($1::uuid[])[1 + (n - 1) % cardinality($1::uuid[])] as id) d
) o`;

/** A row as JSON, with the copy's ids and codes wherever the original's stand. */
function copyOf(table: string, key: string, id: string | null): string {
  const replaced = ['dvclt', 'one_stop', 'registry'].reduce(
    (text, code) => `replace(${text}, to_jsonb(c.${code})::text, to_jsonb(c.new_${code})::text)`,
    `replace(to_jsonb(t)::text, c.old_id::text, c.new_id::text)`,
  );
  const own = id === null ? '' : ` || jsonb_build_object('${id}', uuidv7())`;
  // Beside the join and not among the columns: there PostgreSQL would make the row once for each column.
  return `insert into ${table}
    select r.* from ${table} t join copy c on t.${key} = c.old_id,
      lateral jsonb_populate_record(null::${table}, (${replaced})::jsonb${own}) r`;
}
