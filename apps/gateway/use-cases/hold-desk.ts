import { countHeld, drainSeconds, placeHold, releaseHold, type Hold, type ReleaseRequest } from '#delivery';
import { findDossierId, type PartnerId } from '#dossier';
import { rfc3339 } from '#platform';
import type { SyncLogActor } from '#synclog';
import { dossierUnknown } from '../http/dossier-code';
import type { GatewayParts } from '../parts';
import type { HoldView, NewHold } from '../schema/hold';

/** Where an operator stops a partner and lets it go on (DESIGN §7 *Hold*). */
export class HoldDesk {
  constructor(private readonly parts: GatewayParts) {}

  /** As `placeHold`. @throws AppError 404 `dossier-unknown` */
  async place(
    by: { actor: SyncLogActor; idempotencyKey: string },
    partner: PartnerId,
    body: NewHold,
  ): Promise<HoldView> {
    const { operation, unit, dossier, startsAt, endsAt, reason, releasePerSecond } = body;
    const dossierId = dossier === undefined ? undefined : await findDossierId(this.parts.db, dossier);
    if (dossier !== undefined && !dossierId) throw dossierUnknown();
    const hold = await placeHold(
      {
        partner,
        reason,
        ...(operation === undefined ? {} : { operation }),
        ...(unit === undefined ? {} : { unit }),
        ...(dossierId ? { dossierId } : {}),
        ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt) }),
        ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt) }),
        ...(releasePerSecond === undefined ? {} : { releasePerSecond }),
      },
      by,
      this.parts,
    );
    this.parts.doorbell.ring('outbox');
    return this.view(hold);
  }

  /** As `releaseHold`; wakes the couriers after the commit. */
  async release(by: { actor: SyncLogActor; idempotencyKey: string }, request: ReleaseRequest): Promise<HoldView> {
    const hold = await releaseHold(request, by, this.parts);
    for (const channel of ['outbox', 'lanes'] as const) this.parts.doorbell.ring(channel);
    return this.view(hold);
  }

  async view(hold: Hold): Promise<HoldView> {
    const isPlanned = hold.state === 'in-force' && hold.startsAt > this.parts.clock.now();
    return {
      ...scopeView(hold),
      state: isPlanned ? 'planned' : hold.state,
      ...(hold.state === 'over' ? NOTHING_HELD : await this.behind(hold)),
    };
  }

  private async behind(hold: Hold): Promise<Pick<HoldView, keyof typeof NOTHING_HELD>> {
    const { deliveries, lanes, oldestAt } = await countHeld(this.parts.db, hold);
    return {
      deliveries,
      lanes,
      oldestAt: oldestAt && rfc3339(oldestAt),
      drainSeconds: drainSeconds(deliveries, hold.releasePerSecond),
    };
  }
}

const NOTHING_HELD = { deliveries: 0, lanes: 0, oldestAt: null, drainSeconds: null };

function scopeView(hold: Hold): Omit<HoldView, keyof typeof NOTHING_HELD | 'state'> {
  return {
    id: hold.id,
    partner: hold.partner,
    operation: hold.operation ?? null,
    unit: hold.unit ?? null,
    dossierId: hold.dossierId ?? null,
    startsAt: rfc3339(hold.startsAt),
    endsAt: hold.endsAt && rfc3339(hold.endsAt),
    reason: hold.reason,
    placedBy: hold.placedBy,
    releasedAt: hold.releasedAt && rfc3339(hold.releasedAt),
    releasedBy: hold.releasedBy,
    releasePerSecond: hold.releasePerSecond,
  };
}
