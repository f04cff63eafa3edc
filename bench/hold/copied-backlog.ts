import { Client } from 'pg';

/** Copies of dossiers that wait for a partner. */
export interface CopiedBacklog {
  deliveries: number;
  /** Ids of the copies. */
  dossierIds: ReadonlySet<string>;
}

/** Tables that make a waiting dossier, in the order of their keys; `id` is the column that gets a value of its own. */
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

/** Makes a backlog without carrying it: each of these dossiers, and all that waits or was done for it, stands in the database so many times
 *  more, under ids and codes of its own. Copies refer to the sealed contents of their originals, and lack sync log, events of the feed and
 *  intake: what `verify state` says of them means nothing. They are delivered like any other. */
export async function copyBacklog(
  databaseUrl: string,
  { dossierIds, deliveries }: { dossierIds: readonly string[]; deliveries: number },
): Promise<CopiedBacklog> {
  const client = new Client({ connectionString: databaseUrl });
  // The statement under way fails with it, and tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ each: number }>(
      `select (count(*) / count(distinct dossier_id))::float8 as each from delivery
       where dossier_id = any ($1) and status in ('queued', 'waiting')`,
      [dossierIds],
    );
    const copies = Math.ceil(deliveries / (rows[0].each * dossierIds.length));
    await client.query(COPIES, [dossierIds, copies]);
    await client.query('analyze copy');
    for (const { table, key, id } of COPIED) await client.query(copyOf(table, key, id));
    const made = await client.query<{ ids: string[]; deliveries: number }>(
      `select array_agg(distinct c.new_id::text) as ids, count(*)::integer as deliveries
       from copy c join delivery v on v.dossier_id = c.new_id where v.status in ('queued', 'waiting')`,
    );
    await client.query('commit');
    await client.query('analyze');
    return { deliveries: made.rows[0].deliveries, dossierIds: new Set(made.rows[0].ids) };
  } finally {
    await client.end();
  }
}

/** New ids, and the digits that make a new code of each old one. */
const COPIES = `
create temporary table copy on commit preserve rows as
select d.id as old_id, uuidv7() as new_id, lpad(n::text, ${CODE_DIGITS}, '0') as digits,
  coalesce((select code from dossier_code where dossier_id = d.id and system = 'dvclt'), '${NONE}') as dvclt,
  coalesce((select code from dossier_code where dossier_id = d.id and system = 'one-stop'), '${NONE}') as one_stop,
  coalesce((select code from dossier_code where dossier_id = d.id and system = 'registry'), '${NONE}') as registry
from unnest($1::uuid[]) as d (id), generate_series(1, $2::integer) as n`;

/** A row as JSON, with the copy's ids and codes wherever the original's stand. */
function copyOf(table: string, key: string, id: string | null): string {
  const replaced = ['dvclt', 'one_stop', 'registry'].reduce(
    (text, code) => `replace(${text}, to_jsonb(c.${code})::text, to_jsonb(c.${code} || c.digits)::text)`,
    `replace(to_jsonb(t)::text, c.old_id::text, c.new_id::text)`,
  );
  const own = id === null ? '' : ` || jsonb_build_object('${id}', uuidv7())`;
  // Beside the join and not among the columns: there PostgreSQL would make the row once for each column.
  return `insert into ${table}
    select r.* from ${table} t join copy c on t.${key} = c.old_id,
      lateral jsonb_populate_record(null::${table}, (${replaced})::jsonb${own}) r`;
}
