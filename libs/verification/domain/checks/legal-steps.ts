import { ALLOWED_DECISIONS, type Decision, type DossierEventType, type DossierStateName } from '#dossier';
import type { Check } from '../check';
import type { Finding } from '../violation';

/** What can happen to a dossier once only. */
const ONCE: readonly DossierEventType[] = ['dossier.received', 'one-stop-code.assigned'];
const ENDS: readonly DossierEventType[] = [
  'dossier.refused',
  'dossier.withdrawn',
  'dossier.stopped',
  'result.handed-over',
];

const DECISION_OF: Partial<Record<DossierEventType, Decision>> = {
  'dossier.accepted': 'accept',
  'dossier.withdrawn': 'withdraw',
  'dossier.stopped': 'stop',
  'fee.required': 'require-fee',
  'result.handed-over': 'hand-over',
};
const FROM: Partial<Record<DossierEventType, readonly DossierStateName[]>> = {
  'registration.completed': ['with-registry'],
  'supplement.received': ['awaiting-supplement'],
};

/** Nothing happens twice that can happen once, and no step is taken that its state forbids (CONTRACTS §2). */
export const checkLegalSteps: Check = ({ journal, states }) => {
  const findings: Finding[] = [];
  const numbersOf = (types: readonly DossierEventType[]): number[] =>
    journal.filter(({ event }) => types.includes(event.type)).map(({ seq }) => seq);
  const registrations = numbersOf(['registration.completed']);
  if (registrations.length > 1)
    findings.push({ code: 'doubled.registration', sentence: `registered by events ${registrations.join(', ')}` });
  for (const types of [...ONCE.map((type) => [type]), ENDS]) {
    const seqs = numbersOf(types);
    if (seqs.length < 2) continue;
    const what = types.length === 1 ? types[0] : 'the end of the dossier';
    findings.push({ code: 'doubled.event', sentence: `${what} stands in events ${seqs.join(', ')}` });
  }
  for (const { seq, event } of journal) {
    const before = states[seq - 2]?.state;
    if (before === undefined || isAllowed(event.type, before)) continue;
    const sentence = `event ${seq} is ${event.type} in state ${before}, which does not allow it`;
    findings.push({ code: 'out-of-order.step-not-allowed', sentence });
  }
  return findings;
};

function isAllowed(type: DossierEventType, before: DossierStateName): boolean {
  const decision = DECISION_OF[type];
  if (decision) return ALLOWED_DECISIONS[before].includes(decision);
  return FROM[type]?.includes(before) ?? true;
}
