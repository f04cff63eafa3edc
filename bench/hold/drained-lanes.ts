import { queryOnce } from '../harness/query-once';
import type { SimulatorClient } from '../harness/simulator-client';

/** What a drain came to, as the held partner and the attempts tell it. */
export interface DrainedLanes {
  deliveries: number;
  /** Between the first and the last call after the canary, a second. */
  perSecond: number;
  /** Most calls within one second of the clock. */
  mostInASecond: number;
  /** Waiting, unknown or dead at its end. */
  left: number;
  /** Dossiers whose progress at the portal is not complete, rising and free of repeats. */
  disordered: string[];
}

/** Reads it for the portal, once the hold is over. */
export async function drainedLanes(
  databaseUrl: string,
  simulators: SimulatorClient,
  releasedAt: Date,
): Promise<DrainedLanes> {
  const calls = `from attempt a join delivery v on v.id = a.delivery_id
    where v.partner = 'dvcqg' and a.kind = 'call' and a.started_at >= $1`;
  const [all] = await queryOnce<{ deliveries: number; seconds: number }>(
    databaseUrl,
    `select count(*)::integer as deliveries, extract(epoch from max(a.started_at) - (array_agg(a.started_at order by a.started_at))[2])::float8 as seconds
     ${calls}`,
    [releasedAt],
  );
  const [peak] = await queryOnce<{ most: number }>(
    databaseUrl,
    `select max(count)::integer as most from (select count(*) ${calls} group by date_trunc('second', a.started_at)) s`,
    [releasedAt],
  );
  const [{ left }] = await queryOnce<{ left: number }>(
    databaseUrl,
    `select count(*)::integer as left from delivery where partner = 'dvcqg' and status not in ('settled', 'cancelled')`,
  );
  return {
    deliveries: all.deliveries,
    perSecond: (all.deliveries - 2) / all.seconds,
    mostInASecond: peak.most,
    left,
    disordered: await disordered(databaseUrl, simulators),
  };
}

async function disordered(databaseUrl: string, simulators: SimulatorClient): Promise<string[]> {
  const codes = await queryOnce<{ code: string }>(
    databaseUrl,
    `select code from dossier_code where system = 'one-stop'`,
  );
  const steps = new Map(
    (await simulators.ledger('dvcqg', 'progress')).map(({ code, order }) => [code, order.map(Number)]),
  );
  return codes.flatMap(({ code }) => {
    const own = steps.get(code) ?? [];
    const isRising = own.every((step, at) => at === 0 || step > own[at - 1]);
    return isRising && own.at(-1) === 10 ? [] : [`${code}: ${own.join()}`];
  });
}
