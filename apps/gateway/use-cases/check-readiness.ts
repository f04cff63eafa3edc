import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '#bus';
import { ROUTER_GROUP } from '#delivery';
import { Database, type Clock } from '#platform';
import type { HealthCheck } from '../schema/health';
import { BUS, CLOCK } from '../tokens';

const CHECK_MS = 2_000;
/** The oldest event that is committed and not numbered yet may be this old; more means that no sequencer runs. */
const MAX_SEQUENCER_AGE_SECONDS = 30;

/** Whether everything that this gateway needs is there now: `/health/ready`. While the database is away nothing can be stored; while the bus is away
 *  dossiers are taken all the same and move on more slowly. The sequencer is the worker's and only reported. */
@Injectable()
export class CheckReadiness {
  constructor(
    private readonly db: Database,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(): Promise<{ isReady: boolean; checks: HealthCheck[] }> {
    const [ageSeconds, lagRecords] = await Promise.all([
      withinTime(this.outboxAgeSeconds()),
      withinTime(this.bus.lag(ROUTER_GROUP)),
    ]);
    const checks = [
      { name: 'database', ok: ageSeconds !== null, value: null },
      { name: 'bus-lag-records', ok: lagRecords !== null, value: lagRecords },
      {
        name: 'sequencer-age-seconds',
        ok: ageSeconds !== null && ageSeconds <= MAX_SEQUENCER_AGE_SECONDS,
        value: ageSeconds,
      },
    ];
    return { isReady: ageSeconds !== null && lagRecords !== null, checks };
  }

  /** Age of the oldest event that waits for its number; 0 when none does. */
  private async outboxAgeSeconds(): Promise<number> {
    const [row] = await this.db.query<{ at: Date | null }>(
      'select (select at from event_outbox order by id limit 1) as at',
    );
    return row.at ? Math.max(0, (this.clock.now().getTime() - row.at.getTime()) / 1000) : 0;
  }
}

/** The value, or null when it failed or took too long. */
async function withinTime(value: Promise<number>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), CHECK_MS)));
  try {
    return await Promise.race([value, late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
