import type { Tx } from '#platform';
import type { ActiveHold, CheckContext } from '../domain/check';
import { LOG_DROPPED_UNTIL } from './dropped-months';

/** What the installation as a whole says at the moment of the snapshot. */
export async function readContext(tx: Tx): Promise<Omit<CheckContext, 'graceMs' | 'settled' | 'procedures'>> {
  const [{ now }] = await tx.query<{ now: Date }>('select now() as now');
  const workers = await tx.query<{ id: string }>('select id from worker');
  const holds = await tx.query<ActiveHold>(
    `select partner, operation, unit, dossier_id as "dossierId" from hold
     where state <> 'over' and starts_at <= now()`,
  );
  const broken = await tx.query<{ partner: string }>(`select partner from partner_state where breaker <> 'closed'`);
  const [{ until }] = await tx.query<{ until: Date | null }>(`select ${LOG_DROPPED_UNTIL} as until`);
  return {
    now,
    workers: new Set(workers.map((row) => row.id)),
    holds,
    brokenPartners: new Set(broken.map((row) => row.partner)),
    logArchivedUntil: until,
  };
}
