import { isLongPast, type ActiveHold, type Check, type CheckContext, type Subject } from '../check';
import { byLane, isStanding, nameOf } from '../deliveries';
import type { DeliveryRow, LaneRow } from '../dossier-record';
import type { Finding } from '../violation';

/** A lane says of itself what its head is, is worked on when it is due, and its lease ends with its worker. */
export const checkLaneState: Check = (subject, context) => {
  const heads = new Map(
    [...byLane(subject.deliveries)].flatMap(([partner, lane]) => {
      const head = lane.find(isStanding);
      return head ? [[partner, head] as const] : [];
    }),
  );
  const lanes = new Map(subject.lanes.map((lane) => [lane.partner, lane]));
  return [...new Set([...heads.keys(), ...lanes.keys()])].flatMap((partner) =>
    checkLane(subject, { head: heads.get(partner), lane: lanes.get(partner) }, context),
  );
};

interface LaneAndHead {
  head: DeliveryRow | undefined;
  lane: LaneRow | undefined;
}

function checkLane({ dossier }: Subject, { head, lane }: LaneAndHead, context: CheckContext): Finding[] {
  if (lane?.leaseOwner) return leaseFindings(lane, context);
  if (head?.status === 'in-flight') {
    const sentence = `${nameOf(head)} is in flight, and nobody holds the lane`;
    return [{ code: 'stuck.in-flight-without-lease', subject: head.id, sentence }];
  }
  return [...asleep({ head, lane }), ...(head ? overdue(head, dossier.id, context) : [])];
}

function asleep({ head, lane }: LaneAndHead): Finding[] {
  if (isAsHead(lane, head)) return [];
  const sentence = head
    ? `the lane does not follow its head: ${nameOf(head)} is ${head.status}`
    : 'the lane is not asleep although nothing stands in it';
  return [{ code: 'stuck.lane-asleep', subject: head?.id ?? lane?.partner, sentence }];
}

function overdue(head: DeliveryRow, dossierId: string, context: CheckContext): Finding[] {
  if (!isDue(head, context) || mayWait(head, dossierId, context)) return [];
  const sentence = `${nameOf(head)} is ${head.status} and due since ${head.dueAt?.toISOString()}`;
  return [{ code: 'stuck.lane-overdue', subject: head.id, sentence }];
}

function leaseFindings(lane: LaneRow, context: CheckContext): Finding[] {
  const { leaseOwner, leaseUntil, partner } = lane;
  const isGone = leaseOwner !== null && !context.workers.has(leaseOwner);
  if (!isLongPast(leaseUntil, context) && !(isGone && context.settled)) return [];
  const sentence = `the lane of ${partner} is leased until ${leaseUntil?.toISOString() ?? 'ever'} by ${isGone ? 'a worker that is gone' : 'a worker'}`;
  return [{ code: 'stuck.lease-not-freed', subject: partner, sentence }];
}

/** The rule of `refreshLanes`: a dead head parks, an empty lane sleeps, any other gives the lane its due time. */
function isAsHead(lane: LaneRow | undefined, head: DeliveryRow | undefined): boolean {
  if (!lane) return head === undefined;
  const isParked = head?.status === 'dead';
  const dueAt = head && !isParked ? head.dueAt : null;
  return lane.state === (isParked ? 'parked' : 'open') && lane.dueAt?.getTime() === dueAt?.getTime();
}

function isDue(head: DeliveryRow, context: CheckContext): boolean {
  return ['queued', 'waiting', 'unknown'].includes(head.status) && isLongPast(head.dueAt, context);
}

/** A hold or an open breaker is a reason to wait. */
function mayWait(head: DeliveryRow, dossierId: string, { holds, brokenPartners }: CheckContext): boolean {
  return brokenPartners.has(head.partner) || holds.some((hold) => holdsBack(hold, head, dossierId));
}

function holdsBack(hold: ActiveHold, head: DeliveryRow, dossierId: string): boolean {
  return (
    hold.partner === head.partner &&
    (hold.operation === null || hold.operation === head.operation) &&
    (hold.unit === null || hold.unit === head.unit) &&
    (hold.dossierId === null || hold.dossierId === dossierId)
  );
}
