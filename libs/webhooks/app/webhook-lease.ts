import type { Queryable } from '#platform';
import { renewLease, type Lease } from '../adapters/webhook-store';

/** The right of this worker to post for a webhook. By our own clock it ends no later than by the database's: it is counted from before the statement
 *  that gave it. A post begins only when its deadline lies before that end, so that no other worker begins the same one meanwhile. */
export class WebhookLease {
  private untilMs = Number.NEGATIVE_INFINITY;
  private renewedMs = Number.NEGATIVE_INFINITY;
  private renewing: Promise<boolean> | undefined;

  constructor(
    private readonly db: Queryable,
    private readonly lease: Lease,
  ) {}

  /** @param askedMs `performance.now()` before the statement that gave it */
  given(askedMs: number): void {
    this.renewedMs = askedMs;
    this.untilMs = askedMs + this.lease.leaseMs;
  }

  lost(): void {
    this.untilMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether something that takes so long may begin now. */
  covers(durationMs: number): boolean {
    return performance.now() + durationMs < this.untilMs;
  }

  /** Renews what would not cover it, or what nobody has looked at for a second: a webhook may have been stopped.
   *  @returns false when it is lost */
  async ensure(durationMs: number): Promise<boolean> {
    if (this.covers(durationMs) && performance.now() - this.renewedMs < FRESH_MS) return true;
    this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renew(): Promise<boolean> {
    const askedMs = performance.now();
    const isOurs = await renewLease(this.db, this.lease);
    if (isOurs) this.given(askedMs);
    else this.lost();
    return isOurs;
  }
}

const FRESH_MS = 1_000;
