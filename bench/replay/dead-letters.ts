import { Client } from 'pg';
import { copyDossiers, tidyUp } from '../harness/dossier-copies';
import type { OpenSide } from '../harness/bench-run';
import { sealOwnContents } from './own-contents';
import { PROCEDURE } from './originals';

/** Dead letters that were put into the database. */
export interface DeadLetters {
  /** Reason code of each, which selects them for a plan. */
  reasonCode: string;
  items: number;
  /** Codes of their dossiers at DVCLT. */
  codes: readonly string[];
}

export interface DeadOrder {
  /** Ends the reason code. */
  name: string;
  /** Dossiers to copy. */
  originals: readonly string[];
  /** At least so many items. */
  items: number;
  /** Items of one dossier: all that waits for this partner, or only the first of it; what else waits is cancelled. */
  kind: { partner: 'dvclt' | 'hotich'; each: 'all' | 'first' };
  seed: number;
  /** First number of the copies' codes; no two orders may share numbers. */
  firstNumber: number;
  /** Whether the case of a dossier is unknown to DVCLT, so that its message is refused. @default none is */
  isUnknown?: (rank: number) => boolean;
}

/** Makes dead letters without carrying them: each dossier is a copy of an original, with contents sealed for itself, and known to DVCLT by a case of its own.
 *  What is not made: the attempt that was refused, and the mark that a person has to look. */
export async function makeDeadLetters(
  { side, databaseUrl }: Pick<OpenSide, 'side' | 'databaseUrl'>,
  keyDir: string,
  order: DeadOrder,
): Promise<DeadLetters> {
  const client = new Client({ connectionString: databaseUrl });
  // The statement under way fails with it, and tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const copies = await copiesOf(client, order);
    const filed = await side.simulators.fileOf(PROCEDURE, copies, order.seed);
    const dvcltCodes = filed.map((code, at) => (order.isUnknown?.(at + 1) ? `${code}9` : code));
    await client.query('begin');
    await copyDossiers(client, { ...order, dossierIds: order.originals, copies, dvcltCodes });
    const reasonCode = `bench.${order.name}`;
    const { rows } = await client.query<{ items: number }>(KILL, [order.kind.partner, order.kind.each, reasonCode]);
    await client.query(LANES);
    await client.query('commit');
    await client.query('create index if not exists copy_rank on copy (rank)');
    await sealOwnContents(client, { databaseUrl, keyDir, reasonCode, copies });
    await tidyUp(client);
    return { reasonCode, items: rows[0].items, codes: dvcltCodes };
  } finally {
    await client.end();
  }
}

/** So many copies have the items. */
async function copiesOf(client: Client, { originals, items, kind }: DeadOrder): Promise<number> {
  if (kind.each === 'first') return items;
  const { rows } = await client.query<{ each: number }>(
    `select (count(*) / cardinality($1::uuid[]))::integer as each from delivery
     where dossier_id = any ($1) and partner = $2 and status in ('queued', 'waiting')`,
    [originals, kind.partner],
  );
  return Math.ceil(items / rows[0].each);
}

/** Of what waits for the partner all or the first becomes a dead letter; the rest of what waits for anybody is cancelled. */
const KILL = `
with waiting as (
  select v.id, v.partner, row_number() over (partition by v.partner, v.dossier_id order by v.caused_seq, v.replay_number, v.step) as place
  from copy c join delivery v on v.dossier_id = c.new_id where v.status in ('queued', 'waiting')
), judged as (
  select w.id, w.partner = $1 and ($2 = 'all' or w.place = 1) as dies from waiting w
), written as (
  update delivery v set due_at = null, status = case when j.dies then 'dead' else 'cancelled' end,
    outcome = case when j.dies then 'refused' end, reason_code = case when j.dies then $3 end, attempts = case when j.dies then 1 else 0 end,
    first_attempt_at = case when j.dies then now() end, last_attempt_at = case when j.dies then now() end
  from judged j where v.id = j.id
)
select (count(*) filter (where dies))::integer as items from judged`;

const LANES = `
update lane l set due_at = null, lease_owner = null, lease_until = null,
  state = case when exists (
    select from delivery v where v.partner = l.partner and v.dossier_id = l.dossier_id and v.status = 'dead'
  ) then 'parked' else 'open' end
from copy c where l.dossier_id = c.new_id`;
