import { Client } from 'pg';
import { tidyUp } from '../harness/dossier-copies';
import { queryOnce } from '../harness/query-once';
import { CODE_DIGITS, DVCLT_PREFIX, ONE_STOP_PREFIX, templateOfSql } from './planted-drift';

/** A dossier that the product has carried, and where the one-stop has it. */
export interface Template {
  id: string;
  /** State of the one-stop, as it told us last or as it was told. */
  status: number;
}

const CHUNK = 50_000;

/** A dossier at rest: routed, and nothing to any partner under way. @returns undefined until it is in this state */
export async function readTemplate(databaseUrl: string, code: string, state: string): Promise<Template | undefined> {
  const rows = await queryOnce<Template>(
    databaseUrl,
    `select d.id, (d.projection->'statuses'->>'oneStop')::integer as status
     from dossier d join dossier_code c on c.dossier_id = d.id and c.system = 'dvclt'
     where c.code = $1 and d.state = $2 and d.routed_seq = d.version
       and not exists (select from delivery v where v.dossier_id = d.id and v.status not in ('settled', 'cancelled'))`,
    [code, state],
  );
  return rows[0];
}

export interface SeedOrder {
  templates: readonly Template[];
  count: number;
  /** When the first was stored, and from each to the next. */
  startMs: number;
  everyMs: number;
  /** Told now and then, with how many are written. */
  told(done: number): void;
}

/** Puts copies of the templates into the database, stored one after the other in the past: dossier, codes, lanes and deliveries with times and codes of their
 *  own, which is all that a comparison reads. They lack journal, sealed contents, intake and sync log. The table `bench_seeded` (n, id, at) says which
 *  is which. @returns bytes on disk of what was written */
export async function seedDossiers(databaseUrl: string, order: SeedOrder): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  // The statement under way fails with it, and tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      'create unlogged table bench_seeded (n integer primary key, id uuid not null, at timestamptz not null)',
    );
    const ids = order.templates.map(({ id }) => id);
    for (let from = 0; from < order.count; from += CHUNK) {
      const to = Math.min(order.count, from + CHUNK);
      await client.query('begin');
      await client.query(NUMBERED, [from, to - 1, new Date(order.startMs), order.everyMs]);
      for (const statement of [DOSSIERS, CODES, LANES, DELIVERIES]) await client.query(statement, [from, to - 1, ids]);
      await client.query('commit');
      if (to % (CHUNK * 4) === 0 || to === order.count) order.told(to);
    }
    await client.query('create index on bench_seeded (id)');
    await tidyUp(client);
    const { rows } = await client.query<{ bytes: number }>(
      `select (pg_total_relation_size('dossier') + pg_total_relation_size('dossier_code') + pg_total_relation_size('lane') + pg_total_relation_size('delivery'))::float8 as bytes`,
    );
    return rows[0].bytes;
  } finally {
    await client.end();
  }
}

const codeSql = (prefix: string): string => `'${prefix}' || lpad(s.n::text, ${CODE_DIGITS}, '0')`;
const REGISTRY_SQL = `'KS-2026-' || lpad(s.n::text, ${CODE_DIGITS}, '0')`;
const TEXT_OF = (at: string): string => `to_char((${at}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** An id holds the time at which its dossier was stored. */
const NUMBERED = `
insert into bench_seeded (n, id, at)
select n, uuidv7(a.at - clock_timestamp()), a.at
from generate_series($1::integer, $2::integer) as n,
  lateral (select $3::timestamptz + n * $4::float8 * interval '1 millisecond' as at) a`;

/** Copies of a chunk, each with its template. */
const COPIES = `
with copy as (
  select s.id, s.at, d.id as template_id, ${codeSql(DVCLT_PREFIX)} as dvclt, ${codeSql(ONE_STOP_PREFIX)} as one_stop,
    case when d.projection->'codes'->'registry'->0 is not null then ${REGISTRY_SQL} end as registry
  from bench_seeded s join dossier d on d.id = ($3::uuid[])[${templateOfSql('s.n')} + 1]
  where s.n between $1 and $2
)`;

/** What stands in a projection of this dossier alone; the state of now was reached within the hour. */
const OWN = `jsonb_build_object('id', c.id, 'codes', jsonb_build_object('dvclt', c.dvclt, 'oneStop', c.one_stop,
  'registry', case when c.registry is null then '[]'::jsonb else jsonb_build_array(c.registry) end),
  'receivedAt', ${TEXT_OF('c.at')}, 'updatedAt', ${TEXT_OF(`c.at + interval '1 hour'`)})`;

const DOSSIERS = `${COPIES}
insert into dossier (id, procedure, module, unit, state, attention, version, projection, routed_projection, routed_seq, received_at, created_at, updated_at)
select c.id, d.procedure, d.module, d.unit, d.state, d.attention, d.version, d.projection || own, d.routed_projection || own, d.routed_seq,
  c.at, c.at, c.at + interval '1 hour'
from copy c join dossier d on d.id = c.template_id, lateral (select ${OWN} as own) o
order by c.id`;

const CODES = `${COPIES}
insert into dossier_code (system, code, dossier_id)
select v.system, v.code, c.id from copy c, lateral (values ('dvclt', c.dvclt), ('one-stop', c.one_stop), ('registry', c.registry)) as v (system, code)
where v.code is not null`;

const LANES = `${COPIES}
insert into lane (partner, dossier_id, state, fence, last_settled_at)
select l.partner, c.id, l.state, l.fence, c.at + interval '1 hour' from copy c join lane l on l.dossier_id = c.template_id`;

const DELIVERIES = `${COPIES}
insert into delivery (id, partner, dossier_id, caused_seq, replay_number, step, operation, facts, fields, procedure, unit, status, outcome, reason_code,
  rule_id, rule_version, was_unknown, attempts, attempts_before, content_digest, content_ref, edited_ref, text_digest, due_at,
  created_at, first_attempt_at, last_attempt_at, settled_at)
select uuidv7(), x.partner, c.id, x.caused_seq, x.replay_number, x.step, x.operation, x.facts, x.fields, x.procedure, x.unit, x.status, x.outcome, x.reason_code,
  x.rule_id, x.rule_version, x.was_unknown, x.attempts, x.attempts_before, x.content_digest, x.content_ref, x.edited_ref, x.text_digest, c.at + (x.due_at - d.created_at),
  c.at + (x.created_at - d.created_at), c.at + (x.first_attempt_at - d.created_at), c.at + (x.last_attempt_at - d.created_at), c.at + (x.settled_at - d.created_at)
from copy c join dossier d on d.id = c.template_id join delivery x on x.dossier_id = d.id`;
