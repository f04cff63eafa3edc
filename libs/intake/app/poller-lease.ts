import { AppError, codeOf, type Clock, type Queryable } from '#platform';
import { endPollerLease, holdPollerLease, takePollerLease } from '../adapters/poller-store';

export interface PollerLeaseOptions {
  db: Queryable;
  clock: Clock;
  /** Name of the poller, e.g. `dossiers.dvclt`: one turn at a time in the whole installation. */
  name: string;
  /** Who polls: the worker's id. */
  owner: string;
  /** How long a silent turn keeps others out. @default 30_000 ms */
  leaseMs?: number;
  /** Least time from the beginning of a turn to the next, shared by all workers. @default 0 ms */
  everyMs?: number;
}

/** One turn of a poller, kept by lease and fence (CONTRACTS §1.3 *Polls*: single-flight). */
export class PollerLease {
  private constructor(
    private readonly options: PollerLeaseOptions,
    private readonly fence: string,
  ) {}

  /** Undefined when it is not our turn. */
  static async take(options: PollerLeaseOptions): Promise<PollerLease | undefined> {
    const now = options.clock.now();
    const fence = await takePollerLease(options.db, {
      name: options.name,
      owner: options.owner,
      now,
      until: untilOf(options),
      notStartedSince: new Date(now.getTime() - (options.everyMs ?? 0)),
    });
    return fence === undefined ? undefined : new PollerLease(options, fence);
  }

  /** First statement of every transaction of the turn. @throws AppError `poller-lease-lost` when another worker took over */
  async hold(tx: Queryable): Promise<void> {
    if (await holdPollerLease(tx, this.options.name, this.fence, untilOf(this.options))) return;
    throw new AppError({ code: 'poller-lease-lost', disposition: 'retry' });
  }

  /** Gives the turn back; without effect when it was lost. */
  async end(error: string | null): Promise<void> {
    await endPollerLease(this.options.db, this.options.name, this.fence, { at: this.options.clock.now(), error });
  }
}

/** What every poller says of a turn. */
export interface TurnSummary {
  /** False when another worker polls. */
  isOurTurn: boolean;
  failure?: string;
}

/** Takes a turn, works in it and gives it back. Does not throw for what the source or the database does: that is in the summary. */
export async function inTurn<S extends TurnSummary>(
  options: PollerLeaseOptions,
  summary: S,
  work: (lease: PollerLease) => Promise<void>,
): Promise<S> {
  let lease: PollerLease | undefined;
  try {
    lease = await PollerLease.take(options);
    if (lease) await work(lease);
  } catch (error) {
    summary.failure = codeOf(error);
  }
  summary.isOurTurn = lease !== undefined;
  try {
    await lease?.end(summary.failure ?? null);
  } catch (error) {
    // The lease runs out by itself; what was stored is stored.
    summary.failure ??= codeOf(error);
  }
  return summary;
}

function untilOf({ clock, leaseMs }: PollerLeaseOptions): Date {
  return new Date(clock.now().getTime() + (leaseMs ?? 30_000));
}
