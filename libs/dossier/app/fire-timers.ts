import type { Database, Tx } from '#platform';
import { applyCommands, type ApplyDependencies, type CommandOnDossier } from './apply-commands';

interface DueTimer {
  id: string;
  dossierId: string;
  deadline: string;
}

/** Fires the timers that are due: each becomes a command, and its row is marked in the same transaction.
 *  Two workers at once: the second waits on the dossiers' locks and then finds the timers fired. Returns how many fired. */
export async function fireTimers(db: Database, deps: ApplyDependencies, limit = 100): Promise<number> {
  const due = await db.query<{ dossierId: string }>(
    `select distinct dossier_id as "dossierId" from timer where due_at <= $1 and fired_at is null and cancelled_at is null limit $2`,
    [deps.clock.now(), limit],
  );
  if (due.length === 0) return 0;
  const ids = due.map((row) => row.dossierId).sort();
  return db.run(async (tx) => {
    await tx.query(`select id from dossier where id = any($1::uuid[]) order by id for update`, [ids]);
    const timers = await claimTimers(tx, ids, deps.clock.now());
    const commands: CommandOnDossier[] = timers.map(({ dossierId, deadline }) => ({
      dossierId,
      command: { kind: 'supplement-deadline-passed', deadline },
      actor: { id: 'clocks', type: 'system' },
    }));
    await applyCommands(tx, commands, deps);
    return timers.length;
  });
}

async function claimTimers(tx: Tx, dossierIds: readonly string[], now: Date): Promise<DueTimer[]> {
  return tx.query<DueTimer>(
    `update timer set fired_at = $2 where dossier_id = any($1::uuid[]) and due_at <= $2 and fired_at is null and cancelled_at is null
     returning id, dossier_id as "dossierId", data->>'deadline' as deadline`,
    [dossierIds, now],
  );
}
