import type { DossierState, Procedure } from '#dossier';
import type { DossierRecord } from './dossier-record';
import type { DossierEffects } from './ledger';
import type { Finding } from './violation';

export interface ActiveHold {
  partner: string;
  operation: string | null;
  unit: string | null;
  dossierId: string | null;
}

/** What every check may know beside its record; all of it is of the same moment. */
export interface CheckContext {
  /** The database's clock when the snapshot was taken. */
  now: Date;
  /** What is younger than this is in motion and no violation. 0 with `settled`. */
  graceMs: number;
  /** Nothing may be in motion (after a test). */
  settled: boolean;
  procedures: readonly Procedure[];
  workers: ReadonlySet<string>;
  holds: readonly ActiveHold[];
  /** Partners whose circuit breaker is open now: a reason to wait. */
  brokenPartners: ReadonlySet<string>;
  /** Of facts from before, the sync log is in the archive only: they are not compared with it. Null where no month was dropped. */
  logArchivedUntil: Date | null;
}

/** A record with what is derived of it once for all checks. */
export interface Subject extends DossierRecord {
  /** The fold after each event of the journal; shorter than the journal when it cannot be folded. */
  states: readonly DossierState[];
  /** It began in a month whose entries of the sync log were dropped after they had been archived. */
  isLogArchived: boolean;
  /** Absent when the ledger is not looked at. */
  effects?: DossierEffects;
}

/** One check over one dossier. Pure: same record, same findings. */
export type Check = (subject: Subject, context: CheckContext) => Finding[];

/** True for what has been so for longer than the grace time. */
export function isLongPast(at: Date | null, { now, graceMs }: CheckContext): boolean {
  return at !== null && at.getTime() <= now.getTime() - graceMs;
}
