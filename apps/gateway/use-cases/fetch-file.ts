import { Inject, Injectable } from '@nestjs/common';
import { WindowLimiter, type FileTokens, type UsedFileToken, type Vault } from '#access';
import { AppError, Database, sha256, type Clock, type Log, type Metrics } from '#platform';
import type { SyncLog } from '#synclog';
import { CLOCK, FILE_TOKENS, LOG, METRICS, SYNC_LOG, VAULT } from '../tokens';

export interface FetchedFile {
  bytes: Buffer;
  contentType: string;
  /** Names no person: an id and the extension. */
  name: string;
  /** SHA-256 of the bytes, base64. */
  digest: string;
}

const MINUTE_MS = 60_000;
/** Fetches of one link in a minute: the portal repeats a fetch that broke, and no more. */
const MAX_FETCHES = 30;
/** Look-ups of unknown links in a minute, whoever asks. A known link is served also when this is used up. */
const MAX_UNKNOWN = 120;

/** Serves one file by its link (CONTRACTS §1.2, Portal). Limited per link and per failed look-up, never per address: the portal fetches in bursts. */
@Injectable()
export class FetchFile {
  private readonly perToken = new WindowLimiter({ limit: MAX_FETCHES, windowMs: MINUTE_MS, maxKeys: 50_000 });
  private readonly unknown = new WindowLimiter({ limit: MAX_UNKNOWN, windowMs: MINUTE_MS, maxKeys: 1 });
  private readonly count: (labels: { outcome: string }) => void;

  constructor(
    private readonly db: Database,
    @Inject(FILE_TOKENS) private readonly tokens: FileTokens,
    @Inject(VAULT) private readonly vault: Vault,
    @Inject(SYNC_LOG) private readonly syncLog: SyncLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.count = metrics.counter({
      name: 'lienthong_files_fetched_total',
      help: 'Fetches at /files/ by how they ended.',
      labels: ['outcome'],
    });
  }

  /** @throws AppError 404 `file-unknown` (made up, expired, revoked: not told apart), 429 `too-many-unknown-files` or `too-many-fetches` */
  async run(token: string): Promise<FetchedFile> {
    const now = this.clock.now();
    const used = await this.tokens.useFileToken(this.db, token);
    if (!used) return this.refuseUnknown(now);
    const waitMs = this.perToken.waitMs(used.ref + used.partner, now);
    if (used.state !== 'valid' || waitMs > 0) return this.refuseKnown(used, waitMs);
    this.perToken.count(used.ref + used.partner, now);
    const bytes = await this.vault.open(used.ref);
    await this.record(used, 'file.fetched', 'served', bytes.length);
    return {
      bytes,
      contentType: used.contentType,
      name: `${used.ref}${used.extension}`,
      digest: sha256(bytes).toString('base64'),
    };
  }

  private refuseUnknown(now: Date): never {
    const waitMs = this.unknown.waitMs('all', now);
    this.unknown.count('all', now);
    this.count({ outcome: 'unknown' });
    if (waitMs === 0) throw unknownFile();
    this.log.warn('file.guesses-limited', { waitMs });
    throw tooMany('too-many-unknown-files', waitMs);
  }

  private async refuseKnown(used: UsedFileToken, waitMs: number): Promise<never> {
    const reason = used.state === 'valid' ? 'too-many-fetches' : used.state;
    await this.record(used, 'file.refused', reason, 0);
    throw used.state === 'valid' ? tooMany(reason, waitMs) : unknownFile();
  }

  private async record(
    used: UsedFileToken,
    kind: 'file.fetched' | 'file.refused',
    outcome: string,
    sizeBytes: number,
  ): Promise<void> {
    await this.db.run((tx) =>
      this.syncLog.append(tx, [
        {
          kind,
          actor: { id: used.partner, type: 'machine' },
          partner: used.partner,
          dossierId: used.dossierId ?? undefined,
          operation: 'file.fetch',
          outcome,
          detail: { refs: [used.ref], sizeBytes },
        },
      ]),
    );
    this.count({ outcome });
    this.log.info('file.handled', { ref: used.ref, partner: used.partner, outcome, sizeBytes, uses: used.uses });
  }
}

function unknownFile(): AppError {
  return new AppError({ code: 'file-unknown', disposition: 'refuse', status: 404, detail: 'no file at this link' });
}

function tooMany(code: string, waitMs: number): AppError {
  return new AppError({
    code,
    disposition: 'retry',
    status: 429,
    detail: 'wait and ask again',
    extra: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
  });
}
