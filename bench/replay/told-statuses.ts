import type { OpenSide } from '../harness/bench-run';
import { queryOnce } from '../harness/query-once';
import type { DeadLetters } from './dead-letters';
import type { PlanRow } from './plan-run';

/** What became of a run, as DVCLT's ledger, the attempts and the sync log tell it. */
export interface ToldStatuses {
  /** Statuses that had their effect. */
  effects: number;
  /** Dossiers whose statuses are not 1, 3, 7, 4, 5, each once and in this order. */
  disordered: string[];
  /** Calls to DVCLT for these items; more than items only where an answer was lost with its worker. */
  calls: number;
  /** Entries `delivery.replayed` of the plan in the sync log. */
  entries: number;
  /** Different deliveries in them. */
  replayed: number;
}

const WHOLE = '1,3,7,4,5';

export async function toldStatuses(
  { side, databaseUrl }: Pick<OpenSide, 'side' | 'databaseUrl'>,
  planId: string,
  dead: DeadLetters,
): Promise<ToldStatuses> {
  const told = new Map((await side.simulators.ledger('dvclt', 'status')).map((line) => [line.code, line.order]));
  const [{ calls }] = await queryOnce<{ calls: number }>(
    databaseUrl,
    `select count(*)::integer as calls from attempt a join replay_item i on i.sent_id = a.delivery_id
     where i.plan_id = $1 and a.kind = 'call' and a.started_at >= i.released_at`,
    [planId],
  );
  const [{ entries, replayed }] = await queryOnce<{ entries: number; replayed: number }>(
    databaseUrl,
    `select count(*)::integer as entries, count(distinct detail ->> 'deliveryId')::integer as replayed
     from (select convert_from(bytes, 'UTF8')::jsonb -> 'detail' as detail from synclog_entry where kind = 'delivery.replayed') e
     where detail ->> 'planId' = $1`,
    [planId],
  );
  return {
    effects: dead.codes.reduce((sum, code) => sum + (told.get(code)?.length ?? 0), 0),
    disordered: dead.codes.flatMap((code) => {
      const order = (told.get(code) ?? []).join();
      return order === WHOLE ? [] : [`${code}: ${order}`];
    }),
    calls,
    entries,
    replayed,
  };
}

/** How a partner was called while a wave ran. */
export interface Pace {
  calls: number;
  /** Between the first and the last call. */
  perSecond: number;
  /** Most calls within one second of the clock. */
  mostInASecond: number;
}

/** Of the last wave, by the effects in DVCLT's ledger: the simulators remember fewer calls than a large plan has. */
export async function paceOfLastWave(
  { side }: Pick<OpenSide, 'side'>,
  dead: DeadLetters,
  { drainFrom }: Pick<PlanRow, 'drainFrom'>,
): Promise<Pace> {
  const codes = new Set(dead.codes);
  const since = drainFrom?.getTime() ?? Number.POSITIVE_INFINITY;
  const at = (await side.simulators.ledger('dvclt', 'status'))
    .filter(({ code }) => codes.has(code))
    .flatMap((line) => line.at.map((one) => Date.parse(one)))
    .filter((ms) => ms >= since)
    .sort((a, b) => a - b);
  return {
    calls: at.length,
    perSecond: ((at.length - 1) * 1_000) / (at[at.length - 1] - at[0]),
    mostInASecond: most(at),
  };
}

function most(at: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const ms of at) counts.set(Math.floor(ms / 1_000), (counts.get(Math.floor(ms / 1_000)) ?? 0) + 1);
  return Math.max(...counts.values());
}

/** From a time to the first item that was released after it, ms. */
export async function pauseAfter(databaseUrl: string, planId: string, at: Date): Promise<number> {
  const [{ ms }] = await queryOnce<{ ms: number | null }>(
    databaseUrl,
    `select extract(epoch from min(released_at) - $2)::float8 * 1000 as ms from replay_item where plan_id = $1 and released_at > $2`,
    [planId, at],
  );
  return ms ?? Number.NaN;
}
