import { OutageLog, type Clock, type Ids, type Log, type Database } from '#platform';
import type { SyncLog } from '#synclog';
import { HEARTBEAT_EVERY_MS } from '../domain/lease';
import { expireLeases, releaseWorker } from './expire-leases';

export interface WorkerHeartbeatDeps {
  db: Pick<Database, 'run' | 'execute'>;
  workerId: string;
  roles: readonly string[];
  syncLog: Pick<SyncLog, 'append'>;
  /** Rings `lanes`: freed lanes can be claimed. */
  onFreed(): void;
  clock: Clock;
  ids: Ids;
  log: Log;
}

/** One per process: says that the worker is alive, and takes the leases of those that are not. */
export class WorkerHeartbeat {
  private beatAt: Date | undefined;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();
  private isStopped = false;
  private readonly outage: OutageLog;

  constructor(private readonly deps: WorkerHeartbeatDeps) {
    this.outage = new OutageLog(deps.log, 'heartbeat');
  }

  /** When the last confirmed heartbeat was **sent**; a worker without a fresh one does not write. */
  get confirmedAt(): Date | undefined {
    return this.beatAt;
  }

  /** Registers the worker and goes on beating every 2 s. What an earlier process of the same id left behind is freed at
   *  once: whoever starts it again has seen it end. */
  async start(): Promise<void> {
    await this.releaseOwn();
    await this.beat();
    this.schedule();
  }

  /** Takes the worker off the list. Call it when its couriers have stopped: whatever it still holds becomes `unknown`. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.beating;
    this.beatAt = undefined;
    await this.releaseOwn();
  }

  private async releaseOwn(): Promise<void> {
    const { db, workerId, clock } = this.deps;
    const freed = await db.run((tx) => releaseWorker(tx, workerId, { ...this.deps, now: clock.now() }));
    if (freed > 0) this.deps.onFreed();
  }

  /** One heartbeat, and one look for leases to take. */
  async beat(): Promise<void> {
    const { db, workerId, roles, clock } = this.deps;
    const sentAt = clock.now();
    await db.execute(
      `insert into worker (id, started_at, heartbeat_at, roles) values ($1, $2, $2, $3)
       on conflict (id) do update set heartbeat_at = excluded.heartbeat_at`,
      [workerId, sentAt, roles],
    );
    this.beatAt = sentAt;
    const freed = await db.run((tx) => expireLeases(tx, { ...this.deps, now: clock.now() }));
    if (freed === 0) return;
    this.deps.log.warn('leases.expired', { count: freed });
    this.deps.onFreed();
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.beating = this.beat()
        .then(
          () => this.outage.recovered(),
          (error: unknown) => void this.outage.failed(error),
        )
        .finally(() => this.schedule());
    }, HEARTBEAT_EVERY_MS);
  }
}
