import { answerOnce } from '#access';
import type { PartnerId } from '#dossier';
import { AppError, holdsPersonalNumber, type Database } from '#platform';
import type { SyncLogActor } from '#synclog';
import { insertHold, readHold } from '../adapters/hold-store';
import type { Hold, HoldScope } from '../domain/hold';
import { HOLD_EVENTS } from '../domain/hold-events';
import { recordHold, type HoldRecordDeps } from './hold-record';

/** What a person asks for. */
export interface HoldRequest extends HoldScope {
  partner: PartnerId;
  /** Absent = now. */
  startsAt?: Date;
  /** End of a planned window; absent = until a person releases it. */
  endsAt?: Date;
  /** Why, for colleagues. No personal data: it is shown to everybody who sees the partner. */
  reason: string;
  /** Lanes a second when it is released. */
  releasePerSecond?: number;
}

export interface HoldDeps extends HoldRecordDeps {
  db: Database;
}

/** Stops a partner, or a part of its lanes, now or in a planned window; intake goes on and what is under way ends (DESIGN §7 *Hold*).
 *  Ring `outbox` after this.
 *  @throws AppError 422 `hold-window-invalid`, `hold-reason-personal`; 409 `idempotency-conflict` */
export async function placeHold(
  request: HoldRequest,
  by: { actor: SyncLogActor; idempotencyKey: string },
  deps: HoldDeps,
): Promise<Hold> {
  const now = deps.clock.now();
  const { partner, operation, unit, dossierId, reason } = request;
  refuseUnusable(request, now);
  const hold: Hold = {
    id: deps.ids.next(),
    partner,
    ...(operation === undefined ? {} : { operation }),
    ...(unit === undefined ? {} : { unit }),
    ...(dossierId === undefined ? {} : { dossierId }),
    state: 'in-force',
    startsAt: request.startsAt ?? now,
    endsAt: request.endsAt ?? null,
    reason,
    placedBy: by.actor.id,
    releasedAt: null,
    releasedBy: null,
    releasePerSecond: request.releasePerSecond ?? null,
    canaryId: null,
    drainFrom: null,
    drained: 0,
  };
  // Instants as text, absent parts dropped.
  const asked = JSON.parse(JSON.stringify({ placeHold: request })) as object;
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request: asked, at: now };
  return deps.db.run(async (tx) => {
    const { holdId } = await answerOnce(tx, once, async () => {
      await insertHold(tx, hold);
      await recordHold(tx, { kind: 'hold.placed', event: HOLD_EVENTS.placed, hold, actor: by.actor }, deps);
      return { holdId: hold.id };
    });
    return (await readHold(tx, holdId)) as Hold;
  });
}

function refuseUnusable({ startsAt, endsAt, reason }: HoldRequest, now: Date): void {
  if (endsAt !== undefined && endsAt <= (startsAt ?? now))
    throw refused('hold-window-invalid', 'endsAt', 'the window must end after it begins');
  if (endsAt !== undefined && endsAt <= now)
    throw refused('hold-window-invalid', 'endsAt', 'the window has already ended');
  if (holdsPersonalNumber(reason))
    throw refused('hold-reason-personal', 'reason', 'the reason looks as if it holds a person’s number');
}

function refused(code: string, field: string, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status: 422, field, detail });
}
