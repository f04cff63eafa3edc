import type { PartnerId } from '#dossier';
import type { Tx } from '#platform';

/** Dossiers of a finished run: `because` are those that were not looked at. */
interface StoredRun {
  id: string;
  partner: PartnerId;
  endedAt: Date;
  /** @default 'finished' */
  state?: 'finished' | 'skipped' | 'stopped';
  agreed?: number;
  differing?: number;
  because?: Readonly<Record<string, number>>;
  /** @default null */
  failureCode?: string | null;
  /** @default false */
  listFailed?: boolean;
}

interface StoredDifference {
  id: string;
  reconciliationId: string;
  partner: PartnerId;
  class: string;
  /** Null: only the partner has it. */
  dossierId: string | null;
  code: string;
  unit: string | null;
  at: Date;
  /** @default 'partner-lost-it' */
  cause?: string;
  ours?: number | null;
  theirs?: number | null;
}

/** A scheduled run that is over, as the reconciler leaves it. */
export async function storeRun(tx: Tx, run: StoredRun): Promise<void> {
  const because = run.because ?? {};
  await tx.execute(
    `insert into reconciliation (id, partner, cause, slot, state, window_from, window_to, requested_at, started_at, ended_at, agreed, differing,
       not_looked_at, because, reason_code, failure_code, list_failed)
     values ($1, $2, 'schedule', $3, $4, $3::timestamptz - interval '35 days', $3, $3, $5, $3, $6, $7, $8, $9, $10, $11, $12)`,
    [
      run.id,
      run.partner,
      run.endedAt,
      run.state ?? 'finished',
      run.state === 'skipped' ? null : run.endedAt,
      run.agreed ?? 0,
      run.differing ?? 0,
      Object.values(because).reduce((sum, count) => sum + count, 0),
      JSON.stringify(because),
      run.state === 'skipped' ? 'no-worker' : null,
      run.failureCode ?? null,
      run.listFailed ?? false,
    ],
  );
}

/** An open difference of a run. */
export async function storeDifference(tx: Tx, found: StoredDifference): Promise<void> {
  await tx.execute(
    `insert into discrepancy (id, partner, subject, class, dossier_id, codes, unit, procedure, ours, theirs, cause, responsible, state,
       first_seen_at, last_seen_at, reconciliation_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $2, 'open', $12, $12, $13)`,
    [
      found.id,
      found.partner,
      found.dossierId ?? found.code,
      found.class,
      found.dossierId,
      [found.code],
      found.unit,
      found.dossierId === null ? null : 'birth-group',
      found.ours ?? null,
      found.theirs ?? null,
      found.cause ?? 'partner-lost-it',
      found.at,
      found.reconciliationId,
    ],
  );
}
