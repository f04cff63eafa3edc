import type { Clock, Database } from '#platform';
import type { SyncLog } from '#synclog';
import { actorOf, type AuthenticatedRequest } from '../http/access';

const HOUR_MS = 3_600_000;

/** Has it written down who reads the entries of the whole log: once an hour for an account, since a log is thousands of bundles. */
export class RecordReaders {
  /** Until when nothing more is written for an account, epoch ms. */
  private readonly until = new Map<string, number>();

  constructor(
    private readonly parts: { db: Database; syncLog: SyncLog; clock: Clock },
    private readonly addressDigest: (address: string) => string,
  ) {}

  /** To be called before entries are handed out. */
  async reads(request: AuthenticatedRequest): Promise<void> {
    const { db, syncLog, clock } = this.parts;
    const actor = actorOf(request, this.addressDigest);
    const nowMs = clock.now().getTime();
    if ((this.until.get(actor.id) ?? 0) > nowMs) return;
    await db.run((tx) => syncLog.append(tx, [{ kind: 'sync-log.exported', actor, detail: { format: 'tiles' } }]));
    this.until.set(actor.id, nowMs + HOUR_MS);
  }
}
