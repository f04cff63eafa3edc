import type { Command } from './commands';
import { isFinal } from './decisions';
import type { DossierEvent } from './events';
import type { DossierState } from './state';
import { PortalStatus } from './statuses';

type Settled = Extract<Command, { kind: 'delivery-settled' }>;
type DeliveryCommand = Exclude<
  Command,
  {
    kind:
      | 'receive'
      | 'receive-again'
      | 'record-conflict'
      | 'decide'
      | 'registry-reported'
      | 'supplement-deadline-passed'
      | 'clear-attention';
  }
>;

/** What the end of a delivery means for the dossier: an outcome is a command too (DESIGN §3). */
export function acceptDelivery(state: DossierState, command: DeliveryCommand): readonly DossierEvent[] {
  switch (command.kind) {
    case 'delivery-settled':
      return settled(state, command);
    case 'portal-found':
      return state.portalKnown ? [] : [{ type: 'portal-dossier.found', data: { via: command.via } }];
    case 'delivery-dead':
    case 'delivery-unresolved': {
      const { partner, operation, deliveryId, reasonCode } = command;
      const type = command.kind === 'delivery-dead' ? 'delivery.dead-lettered' : 'delivery.unresolved';
      return [{ type, data: { partner, operation, deliveryId, reasonCode } }];
    }
    case 'discrepancy':
      return [{ type: 'discrepancy.found', data: { partner: command.partner, class: command.class } }];
    case 'discrepancy-closed':
      return [{ type: 'discrepancy.closed', data: { partner: command.partner, class: command.class } }];
  }
}

function settled(state: DossierState, command: Settled): readonly DossierEvent[] {
  switch (command.operation) {
    case 'acknowledge-receipt':
      return [{ type: 'receipt.acknowledged', data: { round: command.round ?? 0 } }];
    case 'hand-over-dossier':
      return handedOver(state, command);
    case 'submit-registration':
      return submitted(state, command);
    case 'report-status':
      return isOvertaken(state, command) ? [] : confirmed(command);
    case 'push-status':
    case 'sync-dossier':
      return confirmed(command);
    default:
      return [];
  }
}

function confirmed(command: Settled, status = command.provenStatus ?? command.status): readonly DossierEvent[] {
  if (status === undefined) return [];
  const { partner, outcome } = command;
  return [{ type: 'partner-status.confirmed', data: { partner, status, outcome } }];
}

function handedOver(state: DossierState, command: Settled): readonly DossierEvent[] {
  const { oneStopCode } = command;
  const known = state.codes.oneStop;
  if (oneStopCode !== undefined && known !== undefined && known !== oneStopCode) {
    return [{ type: 'discrepancy.found', data: { partner: 'onestop', class: 'one-stop-code-differs' } }];
  }
  const assigned: DossierEvent[] =
    oneStopCode !== undefined && known === undefined
      ? [{ type: 'one-stop-code.assigned', data: { oneStopCode, via: 'hand-over' } }]
      : [];
  return [...assigned, ...(isOvertaken(state, command) ? [] : confirmed(command, PortalStatus.NewlyFiled))];
}

/** The one-stop decided after the fact that this message told: its own number is the newer one. */
function isOvertaken(state: DossierState, { causedSeq }: Settled): boolean {
  return causedSeq !== undefined && causedSeq < (state.oneStopDecidedSeq ?? 0);
}

/** A push that arrives after the dossier's end tells nobody (CONTRACTS §2: DVCLT gets no 7, the one-stop no 4). An arrival that a row of
 *  hộ tịch has proved already, or that is not awaited, is no new fact: told again, it would put a 7 where DVCLT takes none. */
function submitted(state: DossierState, command: Settled): readonly DossierEvent[] {
  if (isFinal(state.state))
    return [{ type: 'discrepancy.found', data: { partner: 'hotich', class: 'submitted-after-end' } }];
  const isAwaited = !state.registry.submitted || state.registry.resubmitAwaited;
  if (state.state !== 'with-registry' || !isAwaited) return [];
  return [{ type: 'registration.submitted', data: { at: command.at, repeat: state.registry.submitted } }];
}
