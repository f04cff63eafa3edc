import { BoundedWork } from '../server/bounded-work';
import { HttpClient } from '../server/http-exchange';
import type { World } from '../world';
import { GatewayClient, type Gateway } from './gateway-client';
import type { Storm } from './storm';

const CONCURRENCY = 16;

/** What is posted again and again: the very request of a decision. */
export interface StormyRequest {
  readonly dvcltCode: string;
  readonly idempotencyKey: string;
  readonly body: string;
}

/**
 * A client's fixed-period job (Q34): posts the same decision every period, whatever was answered, without back-off or jitter.
 * It has connections of its own, so that the officers' own posting is not held up by it, and ends after its rounds.
 */
export class DecisionStorm {
  private readonly http = new HttpClient(CONCURRENCY);
  private readonly work = new BoundedWork(CONCURRENCY, true);
  private client: GatewayClient | null = null;

  /** @param onAnswer told of every answer; status 0 = none came */
  constructor(
    private readonly world: World,
    private readonly onAnswer: (code: string, status: number) => void,
  ) {}

  connect(gateway: Gateway): void {
    this.client = new GatewayClient(gateway, this.http, () => this.world.now());
    this.work.resume();
  }

  start(request: StormyRequest, storm: Storm, round = 1): void {
    this.world.timers.after(storm.periodMs, () => {
      this.work.add(() => this.post(request));
      if (round < storm.rounds) this.start(request, storm, round + 1);
    });
  }

  stop(): void {
    this.work.stop();
    this.http.stop();
  }

  private async post({ dvcltCode, idempotencyKey, body }: StormyRequest): Promise<void> {
    const answer = await this.client?.decide(dvcltCode, idempotencyKey, body).catch(() => null);
    this.onAnswer(dvcltCode, answer?.status ?? 0);
  }
}
