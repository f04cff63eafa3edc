import type { FileTokens, Vault } from '#access';
import {
  byLoad,
  OutageLog,
  pause,
  type Clock,
  type Database,
  type Doorbell,
  type Ids,
  type Log,
  type Random,
} from '#platform';
import type { SyncLog } from '#synclog';
import { createPayloadReader } from '../adapters/payload-reader';
import { type ClaimedDelivery } from '../domain/attempt';
import type { TriedAttempt } from '../domain/decide-next';
import { mayStartWriting } from '../domain/lease';
import type { CallResult, PartnerAdapter } from '../ports';
import { claimFromHolds } from './claim-from-holds';
import { LaneClaims } from './claim-lanes';
import { PartnerGate } from './partner-gate';
import { prepareContents, type PrepareDeps, type PreparedDelivery } from './prepare-contents';
import type { SettleQueue } from './settle-queue';
import { createSharedContents, type SharedContents } from './shared-contents';
import { isProbe, tryDelivery } from './try-delivery';
import type { WorkerHeartbeat } from './worker-heartbeat';

export interface CourierDeps {
  db: Database;
  adapter: PartnerAdapter;
  workerId: string;
  heartbeat: Pick<WorkerHeartbeat, 'confirmedAt'>;
  doorbell: Pick<Doorbell, 'ring' | 'wait'>;
  vault: Pick<Vault, 'sealMany' | 'openMany' | 'openStream' | 'dedupDigest'>;
  fileTokens: Pick<FileTokens, 'issueFileToken'>;
  syncLog: Pick<SyncLog, 'append'>;
  /** Shared by the couriers of a process. */
  settleQueue: SettleQueue;
  /** Shared by the couriers of a process. @default its own */
  contents?: SharedContents;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
}

export interface CourierOptions {
  /** How often due lanes are looked for without a doorbell; the guarantee behind it. @default 200 ms */
  pollMs?: number;
  /** Pause after a claim, in which slots become free and lanes become due: the next claim takes many in one statement. It ends at a full
   *  multiple, for all couriers of a process alike, so that what they render is opened and kept together. @default 10 to 100 ms, by the load of the
   *  process */
  gatherMs?: number;
  /** Pause after a claim that failed. @default 1_000 ms */
  pauseMs?: number;
  /** How long a stop waits for calls under way and their settlement. @default the partner's deadline + 5_000 ms */
  drainMs?: number;
}

/** Carries the deliveries of one partner: claims due heads of lanes for its free call slots, sends or probes, and hands what ended to the
 *  settlement. Many may run, in one process or in many; the lanes' leases keep them apart. */
export class Courier {
  private readonly settleQueue: SettleQueue;
  private readonly prepareDeps: PrepareDeps;
  private readonly stopping = new AbortController();
  private readonly outage: OutageLog;
  private readonly underWay = new Set<Promise<void>>();
  private readonly claims = new LaneClaims();
  private taken = 0;
  private readonly gate: PartnerGate;
  private onFreeSlot: (() => void) | undefined;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly deps: CourierDeps,
    private readonly options: CourierOptions = {},
  ) {
    this.settleQueue = deps.settleQueue;
    const { adapter, ...rest } = deps;
    this.gate = new PartnerGate({ ...rest, partner: adapter.partner, policy: adapter.policy });
    this.outage = new OutageLog(deps.log, 'claim', { partner: deps.adapter.partner });
    const { opener, keeper } = deps.contents ?? createSharedContents(deps);
    const payloads = createPayloadReader({
      partner: deps.adapter.partner,
      opener,
      vault: deps.vault,
      fileTokens: deps.fileTokens,
      db: deps.db,
      clock: deps.clock,
    });
    this.prepareDeps = { adapter: deps.adapter, opener, keeper, payloads };
  }

  start(): void {
    this.loop ??= this.run();
  }

  /** Claims nothing more and waits for what is under way. What does not end in time is left to its lease. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.onFreeSlot?.();
    await this.loop;
    const drainMs = this.options.drainMs ?? this.deps.adapter.policy.deadlineMs + 5_000;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, drainMs)));
    await Promise.race([this.drained(), tooLong]);
    clearTimeout(timer);
    this.settleQueue.abandon();
  }

  private async drained(): Promise<void> {
    await Promise.all(this.underWay);
    await this.settleQueue.idle();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const free = this.deps.adapter.policy.maxConcurrency - this.taken;
      if (free <= 0) await this.freeSlot();
      else await this.claimOrWait(free);
    }
  }

  /** The bell is listened to before the claim looks: what is rung in between is heard. */
  private async claimOrWait(free: number): Promise<void> {
    const { doorbell } = this.deps;
    const listening = new AbortController();
    const onStop = (): void => listening.abort();
    this.stopping.signal.addEventListener('abort', onStop, { once: true });
    const rung = doorbell.wait('lanes', this.options.pollMs ?? 200, listening.signal);
    try {
      const claims = await this.claim(free);
      this.outage.recovered();
      if (claims.length > 0) {
        this.begin(claims);
        await this.gather(claims.length === free);
      } else await rung;
    } catch (error) {
      this.outage.failed(error);
      await doorbell.wait('lanes', this.options.pauseMs ?? 1_000, listening.signal);
    } finally {
      listening.abort();
      this.stopping.signal.removeEventListener('abort', onStop);
    }
  }

  /** Until the next tick. When the claim filled all slots, at most until they are free again, or half of them while the process has time:
   *  more is waiting then, and nothing gathers any more. */
  private async gather(isFull: boolean): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    const { maxConcurrency } = this.deps.adapter.policy;
    const enoughFree = byLoad(maxConcurrency / 2, maxConcurrency);
    const over = new AbortController();
    this.onFreeSlot = () => {
      const isEnough = isFull && maxConcurrency - this.taken >= enoughFree;
      if (isEnough || signal.aborted) over.abort();
    };
    await pause(untilNextTick(this.options.gatherMs ?? byLoad(10, 100)), over.signal);
    this.onFreeSlot = undefined;
  }

  private async claim(free: number): Promise<ClaimedDelivery[]> {
    const { db, adapter, workerId, clock, heartbeat } = this.deps;
    const now = clock.now();
    // Without a fresh heartbeat nothing may be written, so nothing is taken either.
    if (!mayStartWriting({ claimedAt: now, heartbeatAt: heartbeat.confirmedAt }, now)) return [];
    const { partner, policy } = adapter;
    const { slots, isDraining } = await this.gate.permission();
    const room = Math.min(free, slots - this.taken);
    if (room <= 0) return [];
    const options = { partner, workerId, maxLanes: room, deadlineMs: policy.deadlineMs, now };
    // What released holds let go comes first, since it is older.
    const released = isDraining ? await claimFromHolds(db, options, this.deps) : [];
    const maxLanes = room - released.length;
    const claims =
      maxLanes === 0 ? released : [...released, ...(await this.claims.claim(db, { ...options, maxLanes }))];
    if (claims.length === 0) await this.gate.nothingToTry();
    return claims;
  }

  private begin(claims: readonly ClaimedDelivery[]): void {
    this.taken += claims.length;
    const work: Promise<void> = this.carry(claims).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  private async carry(claims: readonly ClaimedDelivery[]): Promise<void> {
    const prepared = await prepareContents(claims, this.prepareDeps);
    await Promise.all(prepared.map((one) => this.attempt(one)));
  }

  /** A slot is free as soon as the call has ended; the settlement does not hold it. */
  private async attempt(prepared: PreparedDelivery): Promise<void> {
    const { claim } = prepared;
    const startedAt = this.deps.clock.now();
    let telling: Promise<void> | undefined;
    try {
      if ('lost' in prepared)
        return this.deps.log.warn('lease.lost', { deliveryId: claim.deliveryId, partner: claim.partner });
      const mayWrite = (): boolean =>
        mayStartWriting(
          { claimedAt: claim.claimedAt, heartbeatAt: this.deps.heartbeat.confirmedAt },
          this.deps.clock.now(),
        );
      const tried =
        'failure' in prepared
          ? this.notTried(claim, prepared.failure)
          : await tryDelivery(claim, prepared.content, mayWrite, this.deps);
      const field = 'failure' in prepared ? prepared.field : undefined;
      const endedAt = this.deps.clock.now();
      this.settleQueue.add({
        id: this.deps.ids.next(),
        claim,
        tried,
        startedAt,
        endedAt,
        ...(field === undefined ? {} : { field }),
      });
      telling = this.gate.tell(claim.dossierId, tried.kind === 'call' ? tried.result : tried.probe.call);
    } finally {
      this.taken -= 1;
      this.onFreeSlot?.();
    }
    await telling;
  }

  private notTried(claim: ClaimedDelivery, failure: CallResult): TriedAttempt {
    const isAsking = isProbe(claim, this.deps.adapter);
    return isAsking && failure.outcome === 'retry'
      ? { kind: 'probe', probe: { verdict: 'cannot-tell', askedAt: this.deps.clock.now(), call: failure } }
      : { kind: 'call', result: failure };
  }

  private async freeSlot(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.onFreeSlot = resolve;
      if (this.stopping.signal.aborted) resolve();
    });
    this.onFreeSlot = undefined;
  }
}

/** To the next multiple of `periodMs`, and at least half of it. */
function untilNextTick(periodMs: number): number {
  const now = performance.now();
  return Math.ceil((now + periodMs / 2) / periodMs) * periodMs - now;
}
