import { Inject, Injectable } from '@nestjs/common';
import { Database, type Clock, type Metrics } from '#platform';
import { readPartners } from '../reads/partners';
import { CLOCK, METRICS } from '../tokens';

/** What waits, in numbers, asked of the database at each scrape: by partner and status, never by dossier. */
@Injectable()
export class MeasureWork {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.gauge({
      name: 'lienthong_deliveries_open',
      help: 'Deliveries that are neither settled nor cancelled.',
      labels: ['partner', 'status'],
      collect: () => this.openDeliveries(),
    });
    metrics.gauge({
      name: 'lienthong_deliveries_oldest_seconds',
      help: 'Age of the oldest open delivery.',
      labels: ['partner'],
      collect: () => this.oldest(),
    });
    metrics.gauge({
      name: 'lienthong_quarantine_open',
      help: 'Open items in quarantine.',
      labels: ['source'],
      collect: () => this.quarantined(),
    });
    metrics.gauge({
      name: 'lienthong_dossiers_attention',
      help: 'Dossiers that wait for a person.',
      collect: () => this.attention(),
    });
  }

  private async openDeliveries(): Promise<{ labels: Record<string, string>; value: number }[]> {
    const partners = await readPartners(this.db, this.clock.now());
    return partners.flatMap((partner) =>
      Object.entries(partner.byStatus).map(([status, value]) => ({ labels: { partner: partner.id, status }, value })),
    );
  }

  private async oldest(): Promise<{ labels: Record<string, string>; value: number }[]> {
    const partners = await readPartners(this.db, this.clock.now());
    return partners.map((partner) => ({ labels: { partner: partner.id }, value: partner.oldestOpenAgeSeconds ?? 0 }));
  }

  private async quarantined(): Promise<{ labels: Record<string, string>; value: number }[]> {
    const rows = await this.db.query<{ source: string; n: number }>(
      `select source, count(*)::integer as n from quarantine where state = 'open' group by source`,
    );
    return rows.map((row) => ({ labels: { source: row.source }, value: row.n }));
  }

  private async attention(): Promise<{ labels: Record<string, string>; value: number }[]> {
    const [row] = await this.db.query<{ n: number }>('select count(*)::integer as n from dossier where attention');
    return [{ labels: {}, value: row.n }];
  }
}
