import { lastPosition, readEventsOfUnits } from '#bus';
import {
  codeOf,
  OutageLog,
  StepLoop,
  type Clock,
  type Database,
  type Doorbell,
  type Log,
  type NextStep,
  type Random,
} from '#platform';
import type { SyncLog } from '#synclog';
import {
  claimWebhook,
  noteKey,
  placeWebhook,
  releaseLease,
  saveProgress,
  stopWebhookRow,
  type Lease,
  type Progress,
} from '../adapters/webhook-store';
import { retryPauseMs } from '../domain/judge-post';
import { keyIdOf, signingKeys, type WebhookKey } from '../domain/webhook-keys';
import type { Webhook, WebhookRow } from '../domain/webhook';
import { reachedPosition, type FeedWindow } from '../domain/window';
import type { FeedRight, WebhookPort } from '../ports';
import { postWindow, type WindowEnd } from './post-window';
import { WebhookLease } from './webhook-lease';

export interface WebhookDeps {
  db: Database;
  /** Posts to the receiver of this webhook. */
  port: WebhookPort;
  /** Keys of this webhook, newest first, as they are now. @throws AppError when there are none */
  readKeys(): WebhookKey[];
  /** Asked for each window: a change of the account counts from the next one on. */
  readRight(): Promise<FeedRight>;
  /** Of this worker, in leases. */
  owner: string;
  syncLog: SyncLog;
  doorbell: Doorbell;
  clock: Clock;
  random: Random;
  log: Log;
}

/** What came of one window. */
interface WindowResult extends FeedWindow {
  end: WindowEnd | undefined;
  /** The receiver took an event in this very window: what it has since before is no success of now. */
  isAnyTaken: boolean;
}

type Advance = Omit<Progress, 'lastSuccessAt'>;

/** Events posted together. */
const WINDOW = 100;
/** Positions looked through together, for a receiver that may have few of them: the lease has to last meanwhile. */
const SPAN = 10_000;
/** The sequencer rings when there is more; the doorbell is no guarantee, ms. */
const LOOK_MS = 1_000;
const ACTOR = { id: 'webhooks', type: 'system' } as const;

/** Posts the event log to one receiver, behind a cursor in the database: at least once, the events of each dossier in their order, by one worker at
 *  a time. No lock and no transaction is held around a post. It stops itself when the receiver says that it wants no more, or when nothing has got
 *  through for too long; a person lets it go on from where it was. */
export class WebhookLine {
  private readonly lease: WebhookLease;
  private readonly who: Lease;
  private readonly outage: OutageLog;
  private readonly loop: StepLoop;
  private isPlaced = false;
  private held: WebhookRow | undefined;
  /** What the receiver has beyond the cursor, because another dossier waits. */
  private readonly taken = new Set<number>();

  constructor(
    private readonly webhook: Webhook,
    private readonly deps: WebhookDeps,
  ) {
    const { id, deadlineMs, firstRetryMs } = webhook;
    this.who = { id, owner: deps.owner, leaseMs: deadlineMs * 2 + 10_000 };
    this.lease = new WebhookLease(deps.db, this.who);
    this.outage = new OutageLog(deps.log, 'webhook', { webhook: id });
    this.loop = new StepLoop({
      name: `webhook-${id}`,
      log: deps.log,
      step: (signal) => this.step(signal),
      idle: (_idleSteps, signal) => deps.doorbell.wait('event-log', Math.min(LOOK_MS, firstRetryMs), signal),
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the posts under way are over; another worker may then go on at once. */
  async stop(): Promise<void> {
    await this.loop.stop();
    this.held = undefined;
    // Without a database the lease ends by itself.
    await releaseLease(this.deps.db, this.who).catch(() => undefined);
  }

  private async step(signal: AbortSignal): Promise<NextStep> {
    const row = await this.turn();
    if (row === undefined) return 'wait';
    // Read before the events: what is numbered meanwhile is looked at next time.
    const last = await lastPosition(this.deps.db);
    if (last <= row.position) return 'wait';
    const right = await this.deps.readRight();
    if ('refused' in right) return this.settle(row, refusedWindow(row, right.refused));
    const window = await this.window(row.position, Math.min(last, row.position + SPAN), right.units);
    const before = this.taken.size;
    const end = window.events.length === 0 ? undefined : await this.post(row, window, signal);
    return this.settle(row, { ...window, end, isAnyTaken: this.taken.size > before });
  }

  private async window(after: number, upTo: number, units: readonly string[] | null): Promise<FeedWindow> {
    const events = await readEventsOfUnits(this.deps.db, { after, upTo, limit: WINDOW, units });
    return { events, lookedTo: events.length < WINDOW ? upTo : events[WINDOW - 1].position };
  }

  /** The webhook while it is this worker's. */
  private async turn(): Promise<WebhookRow | undefined> {
    if (this.held && this.lease.covers(this.who.leaseMs / 2)) return this.held;
    const { db, clock } = this.deps;
    if (!this.isPlaced) await placeWebhook(db, this.webhook.id, this.webhook.startAfter, clock.now());
    this.isPlaced = true;
    const askedMs = performance.now();
    this.held = await claimWebhook(db, this.who, clock.now());
    if (this.held) this.lease.given(askedMs);
    return this.held;
  }

  private async post(row: WebhookRow, { events }: FeedWindow, signal: AbortSignal): Promise<WindowEnd | undefined> {
    const { port, clock } = this.deps;
    let keys: WebhookKey[];
    try {
      keys = signingKeys(this.deps.readKeys(), clock.now());
    } catch (error) {
      return { kind: 'failed', verdict: { kind: 'retry', code: codeOf(error) } };
    }
    await this.noteKey(row, keyIdOf(keys[0]));
    const deps = { webhook: this.webhook, port, lease: this.lease, clock };
    return postWindow(deps, events, { keys, taken: this.taken, signal });
  }

  /** Another key is a fact of the sync log before anything is signed with it. */
  private async noteKey(row: WebhookRow, keyId: string): Promise<void> {
    if (row.keyId === keyId) return;
    const { db, syncLog } = this.deps;
    const { id: webhookId } = this.webhook;
    await db.run(async (tx) => {
      if (!(await noteKey(tx, webhookId, keyId))) return;
      await syncLog.append(tx, [{ kind: 'webhook-key.changed', actor: ACTOR, detail: { webhookId, keyId } }]);
    });
    row.keyId = keyId;
  }

  private async settle(row: WebhookRow, { events, lookedTo, end, isAnyTaken }: WindowResult): Promise<NextStep> {
    const to = reachedPosition(events, this.taken, lookedTo);
    if (end?.kind === 'lost') return this.overtaken(row);
    const progress = {
      ...(end === undefined ? this.success(row, to) : this.failure(row, to, end)),
      lastSuccessAt: isAnyTaken ? this.deps.clock.now() : null,
    };
    if (!(await saveProgress(this.deps.db, this.who, progress))) return this.overtaken(row);
    for (const position of this.taken) if (position <= to) this.taken.delete(position);
    this.held = { ...row, ...progress, position: to };
    if (end === undefined) return this.went({ from: row.position, to, isAnyTaken });
    return this.failed(end, progress);
  }

  private success(row: WebhookRow, to: number): Advance {
    const postAfter = this.deps.clock.now();
    return { from: row.position, to, failures: 0, failureCode: null, failingSince: null, postAfter };
  }

  private failure(row: WebhookRow, to: number, { verdict }: Extract<WindowEnd, { kind: 'failed' }>): Advance {
    const now = this.deps.clock.now();
    const isMoved = to > row.position;
    const failures = isMoved ? 1 : row.failures + 1;
    const asked = verdict.kind === 'retry' ? verdict.retryAfterSeconds : undefined;
    const pauseMs = retryPauseMs(this.webhook, failures, this.deps.random(), asked);
    return {
      from: row.position,
      to,
      failures,
      failureCode: verdict.code,
      failingSince: isMoved ? now : (row.failingSince ?? now),
      postAfter: new Date(now.getTime() + pauseMs),
    };
  }

  private went({ from, to, isAnyTaken }: { from: number; to: number; isAnyTaken: boolean }): NextStep {
    this.outage.recovered();
    if (to === from) return 'wait';
    // What other communes have would be a line for each event of the province.
    if (isAnyTaken) this.deps.log.info('webhook.posted', { webhook: this.webhook.id, from, to });
    return 'again';
  }

  /** The lease was given up with the progress. */
  private async failed({ verdict }: Extract<WindowEnd, { kind: 'failed' }>, progress: Progress): Promise<NextStep> {
    this.held = undefined;
    this.lease.lost();
    this.outage.failed(verdict.code);
    const failingMs = this.deps.clock.now().getTime() - (progress.failingSince?.getTime() ?? 0);
    if (verdict.kind === 'stop') await this.stopItself(verdict.code, progress.to);
    else if (failingMs >= this.webhook.stopAfterMs) await this.stopItself('failing-too-long', progress.to);
    return 'wait';
  }

  private async stopItself(reasonCode: string, position: number): Promise<void> {
    const { db, syncLog, log } = this.deps;
    const { id: webhookId } = this.webhook;
    const isStopped = await db.run(async (tx) => {
      if (!(await stopWebhookRow(tx, webhookId, reasonCode))) return false;
      await syncLog.append(tx, [
        { kind: 'webhook.stopped', actor: ACTOR, detail: { webhookId, reasonCode, position } },
      ]);
      return true;
    });
    if (isStopped) log.error('webhook.stopped', { webhook: webhookId, reasonCode, position });
  }

  private overtaken({ position }: WebhookRow): NextStep {
    this.held = undefined;
    this.lease.lost();
    this.deps.log.warn('webhook.overtaken', { webhook: this.webhook.id, position });
    return 'wait';
  }
}

/** Nothing was looked at: the cursor stays. */
function refusedWindow({ position }: WebhookRow, code: string): WindowResult {
  return {
    events: [],
    lookedTo: position,
    end: { kind: 'failed', verdict: { kind: 'retry', code } },
    isAnyTaken: false,
  };
}
