import { OutageLog, type Log } from '#platform';
import type { CheckpointPlace } from '../ports';

type Published = Parameters<CheckpointPlace['publish']>[0];

/** A place outside the database as the sealer uses it: asked until it has once said what was published, and given the newest checkpoint. Neither
 *  holds up the sealing while the place is away; its outage is said once. */
export class OutsidePlace {
  private readonly outage: OutageLog;
  private reading: Promise<boolean> | undefined;
  private hasAnswered = false;
  private waiting: Published | undefined;
  private publishing: Promise<void> | undefined;

  constructor(
    private readonly place: CheckpointPlace,
    log: Log,
  ) {
    this.outage = new OutageLog(log, 'checkpoint', { place: place.name });
  }

  get name(): string {
    return this.place.name;
  }

  get isRead(): boolean {
    return this.hasAnswered;
  }

  /** Asks it, unless it is being asked.
   *  @returns false while it is away */
  read(learn: (note: string) => void): Promise<boolean> {
    this.reading ??= this.ask(learn).finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** Publishes it as soon as the place takes it; a newer one takes its turn. */
  offer(checkpoint: Published): void {
    this.waiting = checkpoint;
    this.publishing ??= this.publishWaiting().finally(() => (this.publishing = undefined));
  }

  /** Resolves when what was offered has been published, or could not be. */
  async idle(): Promise<void> {
    await this.publishing;
  }

  private async ask(learn: (note: string) => void): Promise<boolean> {
    const notes = await this.place.newest().catch((error: unknown) => void this.outage.failed(error));
    if (notes === undefined) return false;
    notes.forEach(learn);
    this.hasAnswered = true;
    this.outage.recovered();
    return true;
  }

  private async publishWaiting(): Promise<void> {
    while (this.waiting !== undefined) {
      const checkpoint = this.waiting;
      this.waiting = undefined;
      try {
        await this.place.publish(checkpoint);
        this.outage.recovered();
      } catch (error) {
        this.outage.failed(error);
      }
    }
  }
}
