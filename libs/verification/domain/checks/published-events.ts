import { busType } from '#dossier';
import type { Check, Subject } from '../check';
import type { JournalRow } from '../dossier-record';
import type { Finding } from '../violation';

/** Each event of the journal is told once, in the journal's order, and nothing else is. */
export const checkPublishedEvents: Check = (subject) => [...toldOnce(subject), ...toldInOrder(subject)];

function toldOnce({ journal, published }: Subject): Finding[] {
  const told = new Map<string, number>();
  for (const { eventId } of published) told.set(eventId, (told.get(eventId) ?? 0) + 1);
  return journal.flatMap(({ eventId, seq, event }): Finding[] => {
    const what = `event ${seq} (${event.type})`;
    const times = told.get(eventId) ?? 0;
    if (times === 1) return [];
    return times > 1
      ? [{ code: 'doubled.event-published', subject: eventId, sentence: `${what} was published ${times} times` }]
      : [
          {
            code: 'lost.event-not-published',
            subject: eventId,
            sentence: `${what} is neither in the outbox nor in the event log`,
          },
        ];
  });
}

function toldInOrder({ journal, published }: Subject): Finding[] {
  const facts = new Map(journal.map((row) => [row.eventId, row]));
  const findings: Finding[] = [];
  let last = 0;
  for (const { eventId, seq, type, where, place } of published) {
    if (!isFact(facts.get(eventId), seq, type)) {
      const sentence = `${where} ${place} tells ${type} as number ${seq ?? 'none'}, which the journal does not hold`;
      findings.push({ code: 'unexplained.event-without-fact', subject: eventId, sentence });
      continue;
    }
    const number = seq ?? 0;
    if (number < last) {
      const sentence = `${where} ${place} tells event ${number} after event ${last}`;
      findings.push({ code: 'out-of-order.events-of-dossier', subject: eventId, sentence });
    }
    last = Math.max(last, number);
  }
  return findings;
}

function isFact(fact: JournalRow | undefined, seq: number | null, type: string): boolean {
  return fact !== undefined && fact.seq === seq && busType(fact.event.type) === type;
}
