import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Metrics } from '#platform';
import { METRICS } from '../tokens';

/** Ends long polls when their client hangs up, and all of them when the gateway drains. */
@Injectable()
export class FeedWaiters implements BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();
  private waiting = 0;

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.gauge({
      name: 'lienthong_feed_waiting',
      help: 'Requests that are at the feed.',
      collect: async () => [{ labels: {}, value: this.waiting }],
    });
  }

  /** Aborted when this answer's connection closes or the gateway stops. */
  signalOf(response: ServerResponse): AbortSignal {
    const gone = new AbortController();
    this.waiting += 1;
    response.once('close', () => {
      this.waiting -= 1;
      gone.abort();
    });
    return AbortSignal.any([gone.signal, this.shutdown.signal]);
  }

  beforeApplicationShutdown(): void {
    this.shutdown.abort();
  }
}
