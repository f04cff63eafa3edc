import { react, type PlannedDelivery, type Reaction } from '#dossier';
import type { Check, CheckContext, Subject } from '../check';
import { nameOf } from '../deliveries';
import type { DeliveryRow } from '../dossier-record';
import type { Finding } from '../violation';

/** Each routed fact has the deliveries and timers that its procedure asks for, and no delivery lacks a fact. */
export const checkPlannedDeliveries: Check = (subject, context) => {
  const own = new Map(subject.deliveries.filter((one) => one.replayNumber === 0).map((one) => [keyOf(one), one]));
  const findings: Finding[] = [];
  const explained = new Set<DeliveryRow>();
  for (const [seq, reaction] of reactions(subject, context)) {
    for (const planned of reaction.deliveries) {
      const found = own.get(keyOf({ ...planned, causedSeq: seq }));
      if (found && isAsPlanned(found, planned)) explained.add(found);
      if (found) continue;
      const sentence = `event ${seq} asks for ${planned.partner} ${planned.operation}, and there is no such delivery`;
      findings.push({ code: 'lost.delivery-missing', subject: `${planned.partner} ${seq}.${planned.step}`, sentence });
    }
    for (const timer of reaction.timers) {
      if (subject.timers.some((one) => one.kind === timer.kind && one.causedSeq === seq)) continue;
      const sentence = `event ${seq} sets the deadline ${timer.kind}, and there is no timer`;
      findings.push({ code: 'lost.timer-missing', sentence });
    }
  }
  return [...findings, ...unexplained(subject, own, explained)];
};

function* reactions(
  { dossier, journal, states }: Subject,
  { procedures }: CheckContext,
): Iterable<readonly [seq: number, Reaction]> {
  for (const { seq, event, at } of journal.slice(0, Math.min(dossier.routedSeq, states.length))) {
    const state = states[seq - 1];
    const procedure = procedures.find((one) => one.id === state?.procedure);
    // A procedure that is configured no more has no table to compare with.
    if (state && procedure) yield [seq, react(state, event, procedure, at.toISOString())];
  }
}

function unexplained(
  { journal, states, dossier }: Subject,
  own: ReadonlyMap<string, DeliveryRow>,
  explained: ReadonlySet<DeliveryRow>,
): Finding[] {
  if (states.length < journal.length || journal.length === 0) return [];
  return [...own.values()]
    .filter((delivery) => !explained.has(delivery))
    .map((delivery) => ({
      code: 'unexplained.delivery-without-fact',
      subject: delivery.id,
      sentence:
        delivery.causedSeq > dossier.routedSeq
          ? `${nameOf(delivery)} exists, and that event is not routed`
          : `${nameOf(delivery)} is not what that event asks for`,
    }));
}

function isAsPlanned(found: DeliveryRow, planned: PlannedDelivery): boolean {
  return found.operation === planned.operation && found.told === (planned.facts.status ?? null);
}

function keyOf(of: { partner: string; causedSeq: number; step: number }): string {
  return `${of.partner} ${of.causedSeq} ${of.step}`;
}
