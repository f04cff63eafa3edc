import { isConnectionLost, OutageLog, type Database, type Log } from '#platform';
import { keepContent, type ContentSealer, type RenderedDelivery } from './keep-content';

export interface ContentKeeperDeps {
  db: Pick<Database, 'run'>;
  workerId: string;
  vault: ContentSealer;
  log: Log;
}

/** `kept`: may be sent · `lost`: the lease is gone · `failed`: nothing was kept, and nothing may be sent. */
export type Keeping = 'kept' | 'lost' | 'failed';

interface Group {
  rendered: readonly RenderedDelivery[];
  done(keptIds: ReadonlySet<string> | undefined): void;
}

/** Keeps what the couriers of a process have rendered, one transaction at a time: what is rendered while one runs, by whichever courier,
 *  shares the next. A transaction that fails is done again courier by courier, so that one that cannot be sealed does not stop the others. */
export class ContentKeeper {
  private waiting: Group[] = [];
  private running: Promise<void> | undefined;
  private readonly outage: OutageLog;

  constructor(private readonly deps: ContentKeeperDeps) {
    this.outage = new OutageLog(deps.log, 'content-keeper');
  }

  /** @returns what became of each, in the order given; never rejects */
  async keep(rendered: readonly RenderedDelivery[]): Promise<Keeping[]> {
    const keptIds = await new Promise<ReadonlySet<string> | undefined>((done) => {
      this.waiting.push({ rendered, done });
      this.running ??= this.drain();
    });
    return rendered.map(({ claim }) => {
      if (keptIds === undefined) return 'failed';
      return keptIds.has(claim.deliveryId) ? 'kept' : 'lost';
    });
  }

  private async drain(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const groups = this.waiting;
        this.waiting = [];
        await this.keepTogether(groups);
      }
    } finally {
      // In the same tick as the last look: what comes later begins a new run.
      this.running = undefined;
    }
  }

  private async keepTogether(groups: readonly Group[]): Promise<void> {
    const { db, workerId, vault } = this.deps;
    const all = groups.flatMap((group) => group.rendered);
    try {
      const keptIds = await db.run((tx) => keepContent(tx, all, workerId, vault));
      this.outage.recovered();
      for (const group of groups) group.done(keptIds);
    } catch (error) {
      this.outage.failed(error);
      // Of a database that is away each courier's share would only wait for it once more.
      if (groups.length === 1 || isConnectionLost(error)) for (const group of groups) group.done(undefined);
      else for (const group of groups) await this.keepTogether([group]);
    }
  }
}
