import { Inject, Injectable } from '@nestjs/common';
import { Database, type Clock, type Metrics } from '#platform';
import { readReconciliationMeasures } from '#reconciliation';
import { CLOCK, METRICS } from '../tokens';

interface Measure {
  labels: Record<string, string>;
  value: number;
}

/** Whether partners are compared, and what differs, asked of the database at each scrape: by partner and class, never by dossier. */
@Injectable()
export class MeasureReconciliations {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.gauge({
      name: 'lienthong_reconciliation_age_seconds',
      help: 'Since the last reconciliation that was finished, of a time at least as long as that of the daily ones; absent before the first.',
      labels: ['partner'],
      collect: () => this.age(),
    });
    metrics.gauge({
      name: 'lienthong_reconciliations_skipped',
      help: 'Reconciliations of the last 31 days that were due and were not made.',
      labels: ['partner'],
      collect: () => this.skipped(),
    });
    metrics.gauge({
      name: 'lienthong_discrepancies_open',
      help: 'Differences that the newest reconciliations saw and that are not closed.',
      labels: ['partner', 'class'],
      collect: () => this.open(),
    });
  }

  private async age(): Promise<Measure[]> {
    return (await this.measures()).flatMap(({ partner, secondsSinceFinished: value }) =>
      value === null ? [] : [{ labels: { partner }, value }],
    );
  }

  private async skipped(): Promise<Measure[]> {
    return (await this.measures()).map(({ partner, skipped: value }) => ({ labels: { partner }, value }));
  }

  private async open(): Promise<Measure[]> {
    return (await this.measures()).flatMap(({ partner, open }) =>
      Object.entries(open).map(([name, value]) => ({ labels: { partner, class: name }, value })),
    );
  }

  private measures(): ReturnType<typeof readReconciliationMeasures> {
    return readReconciliationMeasures(this.db, this.clock.now());
  }
}
