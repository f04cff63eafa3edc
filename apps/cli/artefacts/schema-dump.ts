import { jsonLog, Database } from '#platform';

interface Line {
  line: string;
}

const COLUMNS = `
select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  case when a.attnotnull then ' not null' else '' end,
  coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), case a.attidentity when 'a' then ' generated always as identity' else '' end)) as line
from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p') and not c.relispartition order by c.relname, a.attname`;

const CONSTRAINTS = `
select format('%s: %s', c.relname, pg_get_constraintdef(k.oid)) as line
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
where k.contype in ('p', 'u', 'f', 'c') and not c.relispartition order by 1`;

const INDEXES = `
select pg_get_indexdef(i.indexrelid) as line
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
where not c.relispartition order by 1`;

const TRIGGERS = `
select format('%s: %s', c.relname, pg_get_triggerdef(t.oid)) as line
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
where not t.tgisinternal order by 1`;

const GRANTS = `
select format('%s: %s', table_name, string_agg(privilege_type, ', ' order by privilege_type)) as line
from information_schema.role_table_grants where grantee = 'lienthong_app' and table_schema = 'public' group by table_name order by table_name`;

/** The resulting schema by our own catalogue query (the embedded PostgreSQL brings no pg_dump). One fact a line, sorted. */
export async function schemaDump(ownerUrl: string): Promise<string> {
  const db = new Database(
    { url: ownerUrl, applicationName: 'lienthong-schema-dump', maxConnections: 1, role: null },
    jsonLog('schema-dump', 'error'),
  );
  try {
    const parts = ['-- Generated from the migrations, to be read and compared, not run: one fact a line.', ''];
    for (const [title, sql] of [
      ['columns', COLUMNS],
      ['constraints', CONSTRAINTS],
      ['indexes', INDEXES],
      ['triggers', TRIGGERS],
      ['grants of lienthong_app', GRANTS],
    ] as const) {
      const rows = await db.query<Line>(sql);
      parts.push(`-- ${title}`, ...rows.map((row) => row.line), '');
    }
    return parts.join('\n');
  } finally {
    await db.close();
  }
}
