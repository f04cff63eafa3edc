import { randomUUID } from 'node:crypto';
import { BoundedWork } from '../server/bounded-work';
import { isoDate, rfc3339 } from '../server/date-formats';
import { fieldsOf, textOf } from '../server/fields';
import { HttpClient } from '../server/http-exchange';
import type { World } from '../world';
import { DECISIONS, OFFICER, type Decision } from './decision';
import { DecisionStorm } from './decision-storm';
import { GatewayClient, type Gateway } from './gateway-client';
import type { OnestopDossier } from './onestop-dossier';
import type { Storm } from './storm';

const CONCURRENCY = 16;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 5_000;

interface Push {
  readonly dvcltCode: string;
  readonly oneStopCode: string;
  readonly decision: Decision;
  readonly idempotencyKey: string;
  readonly body: string;
  tries: number;
  /** First answer or failure that came back; the patience counts from here. */
  triedSinceMs: number | null;
}

export interface DecisionPushOptions {
  /** How long a decision is offered to a gateway that does not take it, milliseconds. */
  readonly patienceMs: number;
  /** The storm that `clientStorm` lets loose with a decision on this dossier, or null. */
  stormFor(code: string): Storm | null;
  /** Told of every answer to a post of a storm; status 0 = none came. */
  onStormAnswer(code: string, status: number): void;
}

/**
 * Hands officers' decisions to our gateway. The same key and body are sent again on network failures, 5xx, 429, and while the
 * gateway does not know the dossier or does not allow the decision yet: an officer presses again. Bounded by patience.
 */
export class DecisionPush {
  private readonly http = new HttpClient(CONCURRENCY);
  private readonly work = new BoundedWork(CONCURRENCY, true);
  private readonly storm: DecisionStorm;
  private client: GatewayClient | null = null;

  constructor(
    private readonly world: World,
    private readonly options: DecisionPushOptions,
  ) {
    this.storm = new DecisionStorm(world, (code, status) => options.onStormAnswer(code, status));
  }

  /** Decisions made before the gateway is known wait until now. */
  connect(gateway: Gateway): void {
    this.client = new GatewayClient(gateway, this.http, () => this.world.now());
    this.work.resume();
    this.storm.connect(gateway);
  }

  submit(dossier: OnestopDossier, decision: Decision, at: { atMs: number; deadlineAtMs: number | null }): void {
    const { dvcltCode, oneStopCode } = dossier;
    const body = JSON.stringify({
      decision,
      decidedAt: rfc3339(at.atMs),
      officer: OFFICER,
      note: DECISIONS[decision].note,
      ...(at.deadlineAtMs === null ? {} : { supplementDeadline: isoDate(at.deadlineAtMs) }),
      oneStopCode,
    });
    const idempotencyKey = randomUUID();
    this.enqueue({ dvcltCode, oneStopCode, decision, idempotencyKey, body, tries: 0, triedSinceMs: null });
    const storm = this.options.stormFor(dvcltCode);
    if (storm !== null) this.storm.start({ dvcltCode, idempotencyKey, body }, storm);
  }

  stop(): void {
    this.work.stop();
    this.http.stop();
    this.storm.stop();
  }

  private enqueue(push: Push): void {
    this.work.add(() => this.send(push));
  }

  private async send(push: Push): Promise<void> {
    if (this.client === null) return this.enqueue(push);
    const result = await this.client.decide(push.dvcltCode, push.idempotencyKey, push.body).then(
      ({ status, bytes }) => ({ status, code: problemCode(status, bytes) }),
      () => ({ status: 0, code: 'unreachable' }),
    );
    const { ledger } = this.world;
    if (result.status >= 200 && result.status < 300)
      return ledger.record('onestop', 'decision', push.oneStopCode, push.decision);
    push.triedSinceMs ??= this.world.now();
    const isPatient = this.world.now() - push.triedSinceMs < this.options.patienceMs;
    if (isPatient && isWorthRetry(result)) return this.later(push);
    ledger.record('onestop', 'decision-failed', push.oneStopCode, `${push.decision}: ${result.status} ${result.code}`);
  }

  private later(push: Push): void {
    push.tries += 1;
    const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(push.tries - 1, 10));
    this.world.timers.after(delayMs, () => this.enqueue(push));
  }
}

function isWorthRetry({ status, code }: { status: number; code: string }): boolean {
  return (
    status === 0 ||
    status >= 500 ||
    status === 429 ||
    status === 401 ||
    status === 404 ||
    code === 'decision-not-allowed'
  );
}

function problemCode(status: number, bytes: Buffer): string {
  if (status < 400) return '';
  try {
    return textOf(fieldsOf(JSON.parse(bytes.toString('utf8')))['code']) ?? '';
  } catch {
    return 'unreadable';
  }
}
