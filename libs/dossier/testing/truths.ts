import type { DossierStateName } from '../domain/events';
import type { PlannedDelivery } from '../domain/react';
import type { DossierState } from '../domain/state';
import { DvcltStatus, PortalStatus } from '../domain/statuses';

/** What the reference says, written down a second time and apart from the code under test: the order that DVCLT enforces
 *  (dvclt.md §5, CONTRACTS §1.3), the number that fits a state (codes-and-statuses.md §8), the fact that each message tells. */

const START: readonly DvcltStatus[] = [DvcltStatus.ReceivedByProvince];
const AFTER: Readonly<Record<DvcltStatus, readonly DvcltStatus[]>> = {
  [DvcltStatus.ReceivedByProvince]: [
    DvcltStatus.AcceptedByOneStop,
    DvcltStatus.SupplementRequired,
    DvcltStatus.Refused,
  ],
  [DvcltStatus.AcceptedByOneStop]: [DvcltStatus.PassedToRegistry],
  [DvcltStatus.PassedToRegistry]: [
    DvcltStatus.RegistrationCompleted,
    DvcltStatus.SupplementRequired,
    DvcltStatus.Refused,
  ],
  [DvcltStatus.SupplementRequired]: [DvcltStatus.Refused],
  [DvcltStatus.RegistrationCompleted]: [DvcltStatus.ResultReturned],
  [DvcltStatus.ResultReturned]: [],
  [DvcltStatus.Refused]: [],
};
const AFTER_SUPPLEMENT: readonly DvcltStatus[] = [
  DvcltStatus.AcceptedByOneStop,
  DvcltStatus.Refused,
  DvcltStatus.SupplementRequired,
];

/** DVCLT's order engine as a witness: it keeps the last status of one dossier. */
export class DvcltOrder {
  private last: DvcltStatus | undefined;
  private isSupplemented = false;

  /** The changed dossier was listed and taken. */
  supplement(): void {
    this.isSupplemented = this.last === DvcltStatus.SupplementRequired;
  }

  /** @returns what is wrong with this status now; undefined when it is legal. hộ tịch may ask again while its supplement is awaited: the
   *  repeated 2 has no second effect */
  push(status: DvcltStatus): string | undefined {
    if (status === this.last && status === DvcltStatus.SupplementRequired) return undefined;
    const allowed = this.last === undefined ? START : this.isSupplemented ? AFTER_SUPPLEMENT : AFTER[this.last];
    const fault = allowed.includes(status) ? undefined : `${status} after ${this.last ?? 'nothing'}`;
    this.last = status;
    this.isSupplemented = false;
    return fault;
  }
}

/** Numbers that are true for the portal in each state; with hộ tịch it depends on whether the push has arrived. */
const TRUE_AT_PORTAL: Readonly<Record<Exclude<DossierStateName, 'with-registry'>, readonly PortalStatus[]>> = {
  received: [PortalStatus.NewlyFiled],
  'with-one-stop': [PortalStatus.NewlyFiled, PortalStatus.FeeRequired],
  'awaiting-supplement': [PortalStatus.SupplementRequired],
  registered: [PortalStatus.Processed],
  finished: [PortalStatus.ResultReturned],
  refused: [PortalStatus.NotReceived],
  withdrawn: [PortalStatus.Withdrawn],
  stopped: [PortalStatus.Stopped],
};

/** Numbers that are true for the portal in a state. */
export function truePortalStatuses({ state, registry }: DossierState): readonly PortalStatus[] {
  if (state !== 'with-registry') return TRUE_AT_PORTAL[state];
  return [registry.submitted && !registry.resubmitAwaited ? PortalStatus.Processing : PortalStatus.Received];
}

/** Which fact is the evidence for a message: `<event>` or `<event>/<who decided>`. A message that stands in no row is invented. */
const EVIDENCE: Readonly<Record<string, readonly string[]>> = {
  'dvclt acknowledge-receipt': ['dossier.received', 'listing.repeated', 'supplement.received', 'conflict.recorded'],
  'dvclt push-status 1': ['one-stop-code.assigned'],
  'dvclt push-status 2': ['supplement.requested/one-stop', 'supplement.requested/registry'],
  'dvclt push-status 3': ['dossier.accepted'],
  'dvclt push-status 4': ['registration.completed'],
  'dvclt push-status 5': ['result.handed-over'],
  'dvclt push-status 6': ['dossier.refused/one-stop', 'dossier.refused/registry'],
  'dvclt push-status 7': ['registration.submitted'],
  'onestop hand-over-dossier': ['dossier.received', 'supplement.received'],
  // Only what the one-stop did not decide itself (CONTRACTS §1.2 *capNhatTrangThai*).
  'onestop report-status 3': ['dossier.refused/registry'],
  'onestop report-status 4': ['registration.submitted'],
  'onestop report-status 5': ['supplement.requested/registry'],
  'onestop report-status 9': ['registration.completed'],
  'hotich submit-registration': ['dossier.accepted'],
};
const PORTAL_EVIDENCE: Readonly<Record<number, readonly string[]>> = {
  1: ['one-stop-code.assigned', 'supplement.received'],
  2: ['dossier.accepted'],
  3: ['dossier.refused/one-stop', 'dossier.refused/registry'],
  4: ['registration.submitted'],
  5: ['supplement.requested/one-stop', 'supplement.requested/registry'],
  6: ['fee.required'],
  7: ['dossier.withdrawn'],
  8: ['dossier.stopped'],
  9: ['registration.completed'],
  10: ['result.handed-over'],
};

/** The facts that may cause a delivery; none for a delivery that nothing may cause. */
export function evidenceFor({ partner, operation, facts }: PlannedDelivery): readonly string[] {
  if (partner === 'dvcqg') return PORTAL_EVIDENCE[facts.status ?? 0] ?? [];
  return EVIDENCE[[partner, operation, facts.status].filter((part) => part !== undefined).join(' ')] ?? [];
}
