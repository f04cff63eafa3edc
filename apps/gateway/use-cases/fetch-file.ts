import { WindowLimiter, type FileTokens, type UsedFileToken, type Vault } from '#access';
import { AppError, type Clock, type Database, type Log, type Metrics } from '#platform';
import type { SyncLog } from '#synclog';

export interface FetchedFile {
  /** The bytes in pieces, each authenticated before it is given; the first one is there. */
  pieces: AsyncIterable<Buffer>;
  sizeBytes: number;
  contentType: string;
  /** Names no person: an id and the extension. */
  name: string;
  /** SHA-256 of the bytes, base64. */
  digest: string;
}

export interface FetchFileOptions {
  db: Database;
  tokens: FileTokens;
  vault: Vault;
  syncLog: SyncLog;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const MINUTE_MS = 60_000;
/** Fetches of one link in a minute: the portal repeats a fetch that broke, and no more. */
const MAX_FETCHES = 30;
/** Look-ups of unknown links in a minute, whoever asks. A known link is served also when this is used up. */
const MAX_UNKNOWN = 120;

/** Serves one file by its link (CONTRACTS §1.2, Portal). Limited per link and per failed look-up, never per address: the portal fetches in bursts. */
export class FetchFile {
  private readonly perToken = new WindowLimiter({ limit: MAX_FETCHES, windowMs: MINUTE_MS, maxKeys: 50_000 });
  private readonly unknown = new WindowLimiter({ limit: MAX_UNKNOWN, windowMs: MINUTE_MS, maxKeys: 1 });
  /** A dead link that somebody keeps asking for must not fill the sync log. */
  private readonly refusals = new WindowLimiter({ limit: 3, windowMs: MINUTE_MS, maxKeys: 50_000 });
  private readonly count: (labels: { outcome: string }) => void;

  constructor(private readonly options: FetchFileOptions) {
    this.count = options.metrics.counter({
      name: 'lienthong_files_fetched_total',
      help: 'Fetches at /files/ by how they ended.',
      labels: ['outcome'],
    });
  }

  /** @throws AppError 404 `file-unknown` (made up, expired, revoked: not told apart), 429 `too-many-unknown-files` or `too-many-fetches` */
  async run(token: string): Promise<FetchedFile> {
    const now = this.options.clock.now();
    const used = await this.options.tokens.useFileToken(this.options.db, token);
    if (!used) return this.refuseUnknown(now);
    const waitMs = this.perToken.waitMs(used.ref + used.partner, now);
    if (used.state !== 'valid' || waitMs > 0) return this.refuseKnown(used, waitMs);
    this.perToken.count(used.ref + used.partner, now);
    const { sizeBytes, sha256, chunks } = await this.options.vault.openStream(used.ref);
    const pieces = await begun(chunks());
    await this.record(used, 'file.fetched', 'served', sizeBytes);
    return {
      pieces,
      sizeBytes,
      contentType: used.contentType,
      name: `${used.ref}${used.extension}`,
      digest: sha256.toString('base64'),
    };
  }

  private refuseUnknown(now: Date): never {
    const waitMs = this.unknown.waitMs('all', now);
    this.unknown.count('all', now);
    this.count({ outcome: 'unknown' });
    if (waitMs === 0) throw unknownFile();
    this.options.log.warn('file.guesses-limited', { waitMs });
    throw tooMany('too-many-unknown-files', waitMs);
  }

  private async refuseKnown(used: UsedFileToken, waitMs: number): Promise<never> {
    const reason = used.state === 'valid' ? 'too-many-fetches' : used.state;
    const [key, now] = [used.ref + used.partner, this.options.clock.now()];
    if (this.refusals.waitMs(key, now) === 0) await this.record(used, 'file.refused', reason, 0);
    this.refusals.count(key, now);
    throw used.state === 'valid' ? tooMany(reason, waitMs) : unknownFile();
  }

  private async record(
    used: UsedFileToken,
    kind: 'file.fetched' | 'file.refused',
    outcome: string,
    sizeBytes: number,
  ): Promise<void> {
    await this.options.db.run((tx) =>
      this.options.syncLog.append(tx, [
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
    this.options.log.info('file.handled', {
      ref: used.ref,
      partner: used.partner,
      outcome,
      sizeBytes,
      uses: used.uses,
    });
  }
}

/** Waits for the first piece: what cannot be opened is refused with a status of its own and not in the middle of an answer. */
async function begun(chunks: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  })();
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
