import type { ApiClient } from '../../apps/cli/client/api-client';
import type { OpenSide } from '../harness/bench-run';
import { queryOnce } from '../harness/query-once';
import { until } from '../harness/until';

/** Births that were carried as far as a hold lets them; they are copied. Ids of dossiers. */
export interface Originals {
  /** Finished, but for the five statuses that DVCLT is still to get. */
  untold: readonly string[];
  /** With hộ tịch next, which has not got the push. */
  unsubmitted: readonly string[];
  /** The hold on DVCLT's statuses, which is of no use once the copies are made. */
  holdId: string;
}

/** All births here are of one procedure, so that any case at DVCLT fits any copy. */
export const PROCEDURE = '2.000986';
const EACH = 20;
const DEADLINE_MS = 300_000;

/** Carries both kinds; DVCLT's statuses and hộ tịch stay held, and DVCLT lists nothing any more. */
export async function carryOriginals(
  { side, databaseUrl }: Pick<OpenSide, 'side' | 'databaseUrl'>,
  operator: ApiClient,
  seed: number,
): Promise<Originals> {
  const hold = { operation: 'push-status', reason: 'bench' };
  const { id: holdId } = await operator.post<{ id: string }>('/partners/dvclt/holds', hold);
  await side.simulators.fileOf(PROCEDURE, EACH, seed);
  const untold = await untilOnlyLeft(databaseUrl, 'finished', ['dvclt push-status']);
  await operator.post('/partners/hotich/holds', { reason: 'bench' });
  await side.simulators.fileOf(PROCEDURE, EACH, seed + 1);
  const only = ['dvclt push-status', 'hotich submit-registration'];
  const unsubmitted = await untilOnlyLeft(databaseUrl, 'with-registry', only);
  await side.simulators.setFaults([{ system: 'dvclt', operation: 'list', switch: 'listSize', value: 0 }]);
  return { untold, unsubmitted, holdId };
}

/** @returns ids of the dossiers in this state, once there are enough and nothing but this is still to be done for them */
async function untilOnlyLeft(databaseUrl: string, state: string, left: readonly string[]): Promise<string[]> {
  let ids: string[] = [];
  await until(
    async () => {
      const rows = await queryOnce<{ id: string; left: string[]; moving: boolean }>(
        databaseUrl,
        `select d.id, array_agg(distinct v.partner || ' ' || v.operation order by v.partner || ' ' || v.operation) as left,
                d.routed_seq < d.version as moving
         from dossier d join delivery v on v.dossier_id = d.id and v.status not in ('settled', 'cancelled')
         where d.state = $1 group by d.id`,
        [state],
      );
      ids = rows.map((row) => row.id);
      return rows.length >= EACH && rows.every((row) => !row.moving && String(row.left) === String(left));
    },
    DEADLINE_MS,
    `births that are ${state} and wait for ${left.join(' and ')} alone`,
    500,
  );
  return ids;
}
