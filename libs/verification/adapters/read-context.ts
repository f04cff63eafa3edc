import type { Tx } from '#platform';
import type { ActiveHold, CheckContext } from '../domain/check';

/** What the installation as a whole says at the moment of the snapshot. */
export async function readContext(tx: Tx): Promise<Omit<CheckContext, 'graceMs' | 'settled' | 'procedures'>> {
  const [{ now }] = await tx.query<{ now: Date }>('select now() as now');
  const workers = await tx.query<{ id: string }>('select id from worker');
  const holds = await tx.query<ActiveHold>(
    `select partner, operation, unit, dossier_id as "dossierId" from hold
     where state <> 'over' and starts_at <= now()`,
  );
  const broken = await tx.query<{ partner: string }>(`select partner from partner_state where breaker <> 'closed'`);
  const [{ until }] = await tx.query<{ until: Date | null }>(LOG_ARCHIVED_UNTIL);
  return {
    now,
    workers: new Set(workers.map((row) => row.id)),
    holds,
    brokenPartners: new Set(broken.map((row) => row.partner)),
    logArchivedUntil: until,
  };
}

/** An entry gets its id a moment before or after its fact: the last hour before the border may be on either side. */
const LOG_ARCHIVED_UNTIL = `select max(until_at) + interval '1 hour' as until from synclog_archive`;
