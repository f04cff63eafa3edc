import type { Check } from '../check';
import { byLane, isStanding, nameOf } from '../deliveries';
import type { AttemptRow, DeliveryRow } from '../dossier-record';
import type { Finding } from '../violation';

/** Clocks of workers differ by no more than this (NTP), ms. */
const CLOCK_SKEW_MS = 100;

/** One dossier, one line (law 3): deliveries of a lane go one after the other, in the order of their key. Replayed ones stand where they
 *  belong, not when they came, and are left out of the comparison of times. */
export const checkLaneOrder: Check = ({ deliveries, attempts }) => {
  const wroteFrom = firstWrites(attempts);
  return [...byLane(deliveries).values()].flatMap((lane) => {
    const original = lane.filter((one) => one.replayNumber === 0);
    const compared = original.flatMap((later, index) => {
      const before = original.slice(0, index);
      return [...settledInTurn(before, later), ...triedInTurn(before, later, wroteFrom.get(later.id) ?? null)];
    });
    return [...compared, ...alone(lane)];
  });
};

/** When bytes of each delivery may first have gone out. The claim's own time says less: it is taken before there is a connection. */
function firstWrites(attempts: readonly AttemptRow[]): Map<string, Date> {
  const first = new Map<string, Date>();
  for (const { deliveryId, wroteFrom } of attempts) {
    const known = first.get(deliveryId);
    if (wroteFrom !== null && (known === undefined || wroteFrom < known)) first.set(deliveryId, wroteFrom);
  }
  return first;
}

/** `before`: everything that stands in front of `later`. */
function settledInTurn(before: readonly DeliveryRow[], later: DeliveryRow): Finding[] {
  if (later.status !== 'settled') return [];
  const waiting = before.find((one) => isStanding(one) || settledAfter(one, later.settledAt, 0));
  if (!waiting) return [];
  const sentence = `${nameOf(later)} was settled before ${nameOf(waiting)}`;
  return [{ code: 'out-of-order.lane-settlement', subject: later.id, sentence }];
}

function triedInTurn(before: readonly DeliveryRow[], later: DeliveryRow, wroteFrom: Date | null): Finding[] {
  const overtaken = before.find((one) => settledAfter(one, wroteFrom, CLOCK_SKEW_MS));
  if (!overtaken) return [];
  const sentence = `${nameOf(later)} was sent before ${nameOf(overtaken)} was settled`;
  return [{ code: 'out-of-order.lane-overtaken', subject: later.id, sentence }];
}

function settledAfter(one: DeliveryRow, at: Date | null, skewMs: number): boolean {
  if (one.status !== 'settled' || one.settledAt === null || at === null) return false;
  return one.settledAt.getTime() > at.getTime() + skewMs;
}

function isPutInFront({ replayNumber, status, attempts }: DeliveryRow): boolean {
  return replayNumber > 0 && status === 'queued' && attempts === 0;
}

/** Only the head of a lane may be on its way. What a replay has put in front of one that was under way already waits for it. */
function alone(lane: readonly DeliveryRow[]): Finding[] {
  const standing = lane.filter(isStanding);
  const [head] = standing;
  return standing
    .filter((one, at) => one.status === 'in-flight' && standing.slice(0, at).some((before) => !isPutInFront(before)))
    .map((one) => ({
      code: 'out-of-order.two-in-flight',
      subject: one.id,
      sentence: `${nameOf(one)} is in flight behind ${nameOf(head)}, which is ${head.status}`,
    }));
}
