import { countHeld, drainSeconds, placeHold, readHold, releaseHold, type Hold, type ReleaseRequest } from '#delivery';
import { findDossierIds, type PartnerId } from '#dossier';
import { AppError, rfc3339 } from '#platform';
import type { SyncLogActor } from '#synclog';
import { dossierUnknown } from '../http/dossier-code';
import type { GatewayParts } from '../parts';
import type { HoldView, NewHold } from '../schema/hold';

/** Who stops a partner or lets it go on. */
export interface HoldCaller {
  actor: SyncLogActor;
  /** Communes it is limited to; null = all. */
  units: readonly string[] | null;
  idempotencyKey: string;
}

/** Where an operator stops a partner and lets it go on (DESIGN §7 *Hold*). */
export class HoldDesk {
  constructor(private readonly parts: GatewayParts) {}

  /** As `placeHold`. @throws AppError 404 `dossier-unknown`, 403 `unit-not-allowed` */
  async place(by: HoldCaller, partner: PartnerId, body: NewHold): Promise<HoldView> {
    const { operation, unit, dossier, startsAt, endsAt, reason, releasePerSecond } = body;
    const dossierId = dossier === undefined ? undefined : await this.dossierOf(dossier, by.units);
    if (dossierId === undefined) refuseBeyond(by.units, { unit });
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

  /** A hold that concerns the caller's communes. @throws AppError 404 `hold-unknown` */
  async find(id: string, units: readonly string[] | null): Promise<Hold> {
    const hold = await readHold(this.parts.db, id, units);
    if (hold) return hold;
    throw new AppError({ code: 'hold-unknown', disposition: 'refuse', status: 404, detail: 'no hold with this id' });
  }

  /** As `releaseHold`, and 403 `unit-not-allowed`; wakes the couriers after the commit. */
  async release(by: HoldCaller, request: ReleaseRequest): Promise<HoldView> {
    // Its scope never changes: what is asked here holds in the transaction too.
    refuseBeyond(by.units, await this.find(request.holdId, by.units));
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

  private async dossierOf(code: string, units: readonly string[] | null): Promise<string> {
    const id = (await findDossierIds(this.parts.db, [code], units)).get(code);
    if (id === undefined) throw dossierUnknown();
    return id;
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

/** What stops more than its communes is not for an account that is limited to some.
 *  @throws AppError 403 `unit-not-allowed` */
function refuseBeyond(
  units: readonly string[] | null,
  { unit, dossierId }: { unit?: string; dossierId?: string },
): void {
  if (units === null || dossierId !== undefined || (unit !== undefined && units.includes(unit))) return;
  throw new AppError({
    code: 'unit-not-allowed',
    disposition: 'refuse',
    status: 403,
    field: 'unit',
    detail: 'this account is limited to communes: name one of them, or one of their dossiers',
  });
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
