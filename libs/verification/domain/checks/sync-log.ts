import type { DossierEvent } from '#dossier';
import type { Check, Subject } from '../check';
import type { AttemptRow, EntryRow } from '../dossier-record';
import type { Finding } from '../violation';

/** Every intake, attempt, decision and report has its entry in the sync log (DESIGN §10). */
export const checkSyncLog: Check = (subject) =>
  subject.isLogArchived ? [] : [...attemptsLogged(subject), ...messagesLogged(subject), ...decisionsLogged(subject)];

function attemptsLogged({ attempts, entries }: Subject): Finding[] {
  const byAttempt = new Set(entries.map((entry) => entry.attemptId));
  // The attempt of a lost lease is known by its delivery and number.
  const byNumber = new Set(entries.filter(({ attemptId }) => attemptId === null).map(numberText));
  return attempts
    .filter((attempt) => !byAttempt.has(attempt.id) && !byNumber.has(`${attempt.deliveryId} ${attempt.number}`))
    .map((attempt: AttemptRow) => ({
      code: 'unexplained.attempt-not-logged',
      subject: attempt.id,
      sentence: `${attempt.kind} ${attempt.number} of delivery ${attempt.deliveryId} is not in the sync log`,
    }));
}

function numberText({ deliveryId, attempt }: EntryRow): string {
  return `${deliveryId} ${attempt}`;
}

function messagesLogged({ messages, entries }: Subject): Finding[] {
  const logged = new Set(entries.map((entry) => entry.messageId));
  return messages
    .filter((message) => !message.isDecision && !logged.has(message.id))
    .map((message) => ({
      code: 'unexplained.message-not-logged',
      subject: message.id,
      sentence: `message ${message.id} (${message.disposition}) is not in the sync log`,
    }));
}

function decisionsLogged({ journal, entries }: Subject): Finding[] {
  const decisions = journal.filter(({ event }) => isDecision(event)).length;
  const reports = journal.filter(({ event }) => isReport(event)).length;
  const logged = entries.filter(({ kind }) => kind === 'decision.received').length;
  const reportsLogged = entries.filter(({ kind }) => kind === 'registry-result.received').length;
  return [
    ...(decisions <= logged
      ? []
      : [
          {
            code: 'unexplained.decision-not-logged',
            sentence: `the journal holds ${decisions} decisions, the sync log ${logged}`,
          } as const,
        ]),
    ...(reports <= reportsLogged
      ? []
      : [
          {
            code: 'unexplained.registry-result-not-logged',
            sentence: `the journal holds ${reports} reports of hộ tịch, the sync log ${reportsLogged}`,
          } as const,
        ]),
  ];
}

const DECIDED_BY_ONE_STOP: readonly string[] = [
  'dossier.accepted',
  'dossier.withdrawn',
  'dossier.stopped',
  'fee.required',
  'result.handed-over',
];

function isDecision(event: DossierEvent): boolean {
  if (event.type === 'supplement.requested' || event.type === 'dossier.refused') return event.data.by === 'one-stop';
  return DECIDED_BY_ONE_STOP.includes(event.type);
}

function isReport(event: DossierEvent): boolean {
  if (event.type === 'supplement.requested' || event.type === 'dossier.refused') return event.data.by === 'registry';
  return event.type === 'registration.completed';
}
