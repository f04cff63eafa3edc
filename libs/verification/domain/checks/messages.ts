import type { DossierEvent } from '#dossier';
import type { Check, Subject } from '../check';
import type { Finding } from '../violation';

interface Reception {
  disposition: string;
  /** Events that one such message leaves; each has its message. */
  needsMessage(event: DossierEvent): boolean;
  /** Events that such a message may leave. */
  mayTell(event: DossierEvent): boolean;
  name: string;
}

const ofType = (name: DossierEvent['type']): Omit<Reception, 'disposition'> => {
  const isIt = ({ type }: DossierEvent): boolean => type === name;
  return { needsMessage: isIt, mayTell: isIt, name };
};

const RECEPTIONS: readonly Reception[] = [
  { disposition: 'accepted', ...ofType('dossier.received') },
  { disposition: 'supplement', ...ofType('supplement.received') },
  { disposition: 'duplicate', ...ofType('listing.repeated') },
  {
    disposition: 'conflict',
    ...ofType('conflict.recorded'),
    // A decision that was not allowed is a conflict too, and has no content of its own.
    needsMessage: (event) => event.type === 'conflict.recorded' && event.data.contentDigest !== undefined,
  },
];

/** Every message of a dossier left its event, and every reception in the journal has its message (law 1). */
export const checkMessages: Check = (subject) => [...contentMessages(subject), ...decisionMessages(subject)];

function contentMessages({ messages, journal }: Subject): Finding[] {
  return RECEPTIONS.flatMap(({ disposition, needsMessage, mayTell, name }): Finding[] => {
    const kept = messages.filter((one) => !one.isDecision && one.disposition === disposition).length;
    const told = journal.filter(({ event }) => mayTell(event)).length;
    const needed = journal.filter(({ event }) => needsMessage(event)).length;
    const sentence = `${kept} messages are kept as ${disposition}, and the journal holds ${told} ${name}`;
    if (kept > told) return [{ code: 'lost.message-without-event', sentence }];
    return kept < needed ? [{ code: 'unexplained.event-without-message', sentence }] : [];
  });
}

/** A polled decision that was not allowed is kept, and a person is called. */
function decisionMessages({ messages, journal }: Subject): Finding[] {
  const told = new Set(journal.map(({ event }) => event.type === 'conflict.recorded' && event.data.messageId));
  return messages
    .filter((one) => one.isDecision && one.disposition === 'conflict' && !told.has(one.id))
    .map(({ id }) => ({
      code: 'lost.message-without-event',
      subject: id,
      sentence: `decision ${id} is kept as conflict, and the journal does not hold it`,
    }));
}
