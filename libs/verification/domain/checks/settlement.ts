import type { Check, CheckContext, Subject } from '../check';
import { isDone, nameOf } from '../deliveries';
import type { AttemptRow, DeliveryRow } from '../dossier-record';
import type { Finding } from '../violation';
import { groupBy } from '../group-by';

/** Sync log kinds by which something else than an answer settles a delivery: evidence, or a person's word. */
const OTHER_EVIDENCE: readonly string[] = ['delivery.settled', 'delivery.classified'];
const YES: readonly string[] = ['accepted', 'already-applied', 'applied'];

/** What counts as done was done once, and something proves it (law 2). */
export const checkSettlement: Check = (subject, context) => {
  const attempts = groupBy(subject.attempts, (attempt) => attempt.deliveryId);
  return [
    ...subject.deliveries
      .filter((delivery) => delivery.status === 'settled')
      .flatMap((delivery) => settledWell(delivery, attempts.get(delivery.id) ?? [], subject)),
    ...twice(subject, context),
  ];
};

function settledWell(
  delivery: DeliveryRow,
  attempts: readonly AttemptRow[],
  { entries, isLogArchived }: Subject,
): Finding[] {
  const { id, outcome, settledAt } = delivery;
  if (outcome === null || settledAt === null) {
    const sentence = `${nameOf(delivery)} is settled without ${outcome === null ? 'outcome' : 'time'}`;
    return [{ code: 'unexplained.settled-without-outcome', subject: id, sentence }];
  }
  const isProven = attempts.some((one) =>
    outcome === 'refused' ? one.outcome === 'refused' : YES.includes(one.outcome),
  );
  const isSaid = entries.some((entry) => OTHER_EVIDENCE.includes(entry.kind) && entry.deliveryId === id);
  if (isProven || isSaid || isLogArchived) return [];
  const sentence = `${nameOf(delivery)} is settled as ${outcome}, and nothing says so`;
  return [{ code: 'lost.settled-without-evidence', subject: id, sentence }];
}

/** One fact is told once by one operation with one number. A replay that was answered as known already had no second effect; a step that
 *  its partner misses is supplied again, and the sync log says so. */
function twice({ deliveries, entries, isLogArchived }: Subject, { logArchivedUntil }: CheckContext): Finding[] {
  const supplied = new Set(
    entries
      .filter(({ kind }) => kind === 'delivery.supplied' || kind === 'delivery.replayed')
      .map((entry) => entry.deliveryId),
  );
  const isAgain = (one: DeliveryRow): boolean =>
    supplied.has(one.id) || (isLogArchived && mayBeSaidInArchive(one, logArchivedUntil));
  const first = new Map<string, DeliveryRow>();
  const findings: Finding[] = [];
  for (const delivery of deliveries.filter((one) => isDone(one) && !isAgain(one))) {
    const key = `${delivery.partner} ${delivery.operation} ${delivery.causedSeq} ${delivery.told}`;
    const earlier = first.get(key);
    if (!earlier) first.set(key, delivery);
    else if (delivery.outcome === 'accepted' && earlier.outcome === 'accepted') {
      const sentence = `${nameOf(delivery)} was accepted twice`;
      findings.push({ code: 'doubled.delivery', subject: delivery.id, sentence });
    }
  }
  return findings;
}

/** What is supplied or replayed is a row of its own with a higher replay number, and its entry is written when it is made: another row was never told again, and
 *  of one that was made behind the archived months the log still has to say it. */
function mayBeSaidInArchive({ replayNumber, createdAt }: DeliveryRow, logArchivedUntil: Date | null): boolean {
  return replayNumber > 0 && logArchivedUntil !== null && createdAt < logArchivedUntil;
}
