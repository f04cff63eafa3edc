import { randomUUID } from 'node:crypto';
import { type Database, type Doorbell, type Log, type NextStep, pause, StepLoop } from '#platform';
import type { EventPublisher } from '../ports';
import { lastPosition, readEventLog } from './read-event-log';

export interface RelayOptions {
  db: Database;
  publisher: EventPublisher;
  doorbell: Doorbell;
  log: Log;
  /** Events handed over at once. @default 500 */
  batchSize?: number;
  /** Longest wait for the doorbell before it looks by itself. @default 100 ms */
  pollMs?: number;
  /** How long a relay that ends hard keeps the others waiting. @default 5_000 ms */
  leaseMs?: number;
}

const PLACE = `insert into bus_cursor (consumer, partition, position) values ('relay', 0, 0) on conflict do nothing`;

const CLAIM = `
update bus_cursor set lease_owner = $1, lease_until = now() + $2::integer * interval '1 ms'
where consumer = 'relay' and partition = 0 and (lease_owner is null or lease_owner = $1 or lease_until < now())
returning position`;

/** Compare-and-set: a relay that froze around its produce finds the cursor moved by another and leaves it where it is. */
const MOVE = `
update bus_cursor set position = $3, lease_until = now() + $4::integer * interval '1 ms'
where consumer = 'relay' and partition = 0 and lease_owner = $1 and position = $2`;

const RELEASE = `update bus_cursor set lease_owner = null, lease_until = null where consumer = 'relay' and partition = 0 and lease_owner = $1`;

/** Hands the event log to the bus: read behind the cursor → publish → move the cursor. No lock and no transaction is held around a produce. At-least-once:
 *  what was produced and not recorded comes again, always from at or before a place that was recorded, so that the first copies keep their order. */
export class Relay {
  private readonly owner = randomUUID();
  private readonly loop: StepLoop;
  private readonly leaseMs: number;
  private isPlaced = false;
  /** The cursor as this relay knows it, while its lease holds. */
  private held: { position: number; claimedAt: number } | undefined;

  constructor(private readonly options: RelayOptions) {
    this.leaseMs = options.leaseMs ?? 5_000;
    this.loop = new StepLoop({
      name: 'relay',
      log: options.log,
      step: () => this.step(),
      // While another one is at work there is nothing to be woken for but the end of its lease.
      idle: (idleSteps, signal) =>
        this.held
          ? options.doorbell.wait('event-log', Math.min(options.pollMs ?? 100, 5 * 2 ** idleSteps), signal)
          : pause(this.leaseMs / 5, signal),
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the running batch is handed over; another relay may then go on at once. */
  async stop(): Promise<void> {
    await this.loop.stop();
    this.held = undefined;
    // Without a database the lease ends by itself.
    await this.options.db.execute(RELEASE, [this.owner]).catch(() => undefined);
  }

  /** Events in the log that were not handed over yet. */
  async lagPositions(): Promise<number> {
    const [cursor] = await this.options.db.query<{ position: string }>(
      `select position from bus_cursor where consumer = 'relay' and partition = 0`,
    );
    return (await lastPosition(this.options.db)) - Number(cursor?.position ?? 0);
  }

  private async step(): Promise<NextStep> {
    const position = await this.cursor();
    if (position === undefined) return 'wait';
    const events = await readEventLog(this.options.db, position, this.options.batchSize ?? 500);
    const last = events.at(-1);
    if (!last) return 'wait';
    await this.options.publisher.publish(events);
    await this.move(position, last.position);
    return 'again';
  }

  /** The place to go on from, or undefined while another relay is at work. */
  private async cursor(): Promise<number | undefined> {
    const claimedAt = performance.now();
    if (this.held && claimedAt - this.held.claimedAt < this.leaseMs / 2) return this.held.position;
    if (!this.isPlaced) await this.options.db.execute(PLACE);
    this.isPlaced = true;
    const [row] = await this.options.db.query<{ position: string }>(CLAIM, [this.owner, this.leaseMs]);
    this.held = row ? { position: Number(row.position), claimedAt } : undefined;
    return this.held?.position;
  }

  private async move(from: number, to: number): Promise<void> {
    const claimedAt = performance.now();
    const moved = await this.options.db.execute(MOVE, [this.owner, from, to, this.leaseMs]);
    this.held = moved === 1 ? { position: to, claimedAt } : undefined;
    if (moved === 0) this.options.log.warn('relay.overtaken', { position: from });
  }
}
