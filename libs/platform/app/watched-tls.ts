import type { Clock } from '../domain/clock';
import { AppError, codeOf } from '../domain/errors';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { isSameMaterial, readTlsFiles, type TlsFiles, type TlsMaterial } from './tls-files';

export interface WatchedTlsOptions {
  /** What the files are for, in logs and metrics: `gateway`, a partner's id. */
  use: string;
  files: TlsFiles;
  /** Between two looks at the files, ms. @default 10_000 */
  lookMs?: number;
  clock: Clock;
  log: Log;
}

const SOON_MS = 30 * 86_400_000;
const REMIND_MS = 86_400_000;

/** Certificate files that may change while the process runs. Whoever uses them takes `current()` for each new connection, or listens to
 *  `onChange`; connections that stand go on. Files that cannot be used are refused and said, and the ones before stay in use: a renewal writes
 *  two files, and one look may fall between. */
export class WatchedTls {
  private material: TlsMaterial;
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners: ((material: TlsMaterial) => void)[] = [];
  private refused = '';
  private remindedAtMs = Number.NEGATIVE_INFINITY;

  /** @throws AppError `tls-files-invalid` */
  constructor(private readonly options: WatchedTlsOptions) {
    this.material = readTlsFiles(options.files);
    this.tell('tls.loaded');
  }

  current(): TlsMaterial {
    return this.material;
  }

  /** @param listener takes new ones over; when it throws, that is logged and those before stay in use */
  onChange(listener: (material: TlsMaterial) => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.timer ??= setInterval(() => this.look(), this.options.lookMs ?? 10_000).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Looks at the files once. Never throws: it runs by a timer, and a renewal must not end the process. */
  look(): void {
    try {
      this.take(readTlsFiles(this.options.files));
      this.refused = '';
    } catch (error) {
      this.refuse(error);
    }
    this.warnOfEnds();
  }

  /** Seconds until the first certificate of each file ends; below 0 when it has. */
  secondsLeft(): { labels: { use: string; part: string }; value: number }[] {
    const nowMs = this.options.clock.now().getTime();
    return this.material.expiries.map(({ part, expiresAt }) => ({
      labels: { use: this.options.use, part },
      value: Math.floor((expiresAt.getTime() - nowMs) / 1000),
    }));
  }

  private take(found: TlsMaterial): void {
    if (isSameMaterial(found, this.material)) return;
    for (const listener of this.listeners) listener(found);
    this.material = found;
    this.tell('tls.reloaded');
  }

  /** Said once for each problem, not at every look. */
  private refuse(error: unknown): void {
    const problem = error instanceof AppError ? (error.detail ?? error.code) : codeOf(error);
    if (problem !== this.refused) this.options.log.error('tls.reload-refused', { use: this.options.use, problem });
    this.refused = problem;
  }

  private tell(event: string): void {
    const { use, log } = this.options;
    const ends = this.material.expiries.map(({ part, expiresAt }) => [`${part}ExpiresAt`, expiresAt.toISOString()]);
    log.info(event, { use, ...(Object.fromEntries(ends) as Record<string, string>) });
    this.remindedAtMs = Number.NEGATIVE_INFINITY;
    this.warnOfEnds();
  }

  /** Once a day. */
  private warnOfEnds(): void {
    const nowMs = this.options.clock.now().getTime();
    if (nowMs - this.remindedAtMs < REMIND_MS) return;
    for (const { part, expiresAt } of this.material.expiries) {
      if (expiresAt.getTime() - nowMs >= SOON_MS) continue;
      this.remindedAtMs = nowMs;
      const daysLeft = Math.floor((expiresAt.getTime() - nowMs) / 86_400_000);
      this.options.log.warn('certificate.expires-soon', { use: this.options.use, part, daysLeft });
    }
  }
}

/** The metric of all certificates that a process uses. */
export function measureCertificates(metrics: Metrics, watched: readonly WatchedTls[]): void {
  metrics.gauge({
    name: 'lienthong_certificate_expiry_seconds',
    help: 'Seconds until the first certificate of a file ends, by what the file is for; below 0 when it has ended.',
    labels: ['use', 'part'],
    collect: async () => watched.flatMap((one) => one.secondsLeft()),
  });
}
