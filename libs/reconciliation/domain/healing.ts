import type { DossierStateName, Operation, PartnerId } from '#dossier';
import type { Discrepancy, DiscrepancyClass } from './discrepancy';

/** One kind of difference that telling the partner again removes, and which messages do. */
export interface Healing {
  partner: PartnerId;
  class: DiscrepancyClass;
  /** Only differences with this cause. */
  cause?: string;
  /** Only while our dossier is in this state. */
  state?: DossierStateName;
  /** Each is told again as it was told last. */
  newest: readonly Operation[];
  /** Each is told again in every step of its way. */
  all: readonly Operation[];
}

/** Everything else needs a person: a dossier that the one-stop lost, too, since a hand-over made again may get another code there, beside the one by which
 *  everybody knows it. `append-progress` rows tell the way of a dossier one by one; the other messages carry what holds now. */
export const HEALINGS: readonly Healing[] = [
  { partner: 'onestop', class: 'status-differs', cause: 'not-taken', newest: ['report-status'], all: [] },
  { partner: 'dvcqg', class: 'missing-there', newest: ['sync-dossier'], all: ['append-progress'] },
  { partner: 'dvcqg', class: 'status-differs', cause: 'not-taken', newest: ['sync-dossier'], all: [] },
  { partner: 'hotich', class: 'missing-there', state: 'with-registry', newest: ['submit-registration'], all: [] },
  { partner: 'dvclt', class: 'missing-there', cause: 'receipt-lost-there', newest: ['acknowledge-receipt'], all: [] },
];

/** Whether a replay could heal it, as far as partner, class, cause and the dossier's state tell.
 *  @param dossierState as of now; null when only the partner has the dossier */
export function canBeToldAgain(
  discrepancy: Pick<Discrepancy, 'partner' | 'class' | 'cause'>,
  dossierState: DossierStateName | null,
): boolean {
  return HEALINGS.some(
    (healing) =>
      healing.partner === discrepancy.partner &&
      healing.class === discrepancy.class &&
      (healing.cause === undefined || healing.cause === discrepancy.cause) &&
      (healing.state === undefined || healing.state === dossierState),
  );
}
