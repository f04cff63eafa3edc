import { Inject, Injectable } from '@nestjs/common';
import { Database, type Clock, type Metrics } from '#platform';
import { readSilence, type Witness } from '#synclog';
import { CLOCK, METRICS, WITNESSES } from '../tokens';

/** Whether the witnesses of the sync log keep up, asked of the database at each scrape. */
@Injectable()
export class MeasureWitnesses {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(WITNESSES) private readonly witnesses: readonly Witness[],
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.gauge({
      name: 'lienthong_synclog_witness_silence_seconds',
      help: 'Age of the oldest checkpoint of the sync log that this witness has not cosigned, nor a newer one; 0 when it has the newest.',
      labels: ['witness'],
      collect: () => this.silence(),
    });
  }

  private async silence(): Promise<{ labels: Record<string, string>; value: number }[]> {
    const rows = await readSilence(this.db, this.witnesses, this.clock.now());
    return rows.map(({ name, seconds }) => ({ labels: { witness: name }, value: seconds }));
  }
}
