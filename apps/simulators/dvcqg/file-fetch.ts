import { createHash } from 'node:crypto';
import { BoundedWork } from '../server/bounded-work';
import { HttpClient, type ExchangeAnswer } from '../server/http-exchange';
import type { World } from '../world';

const CONCURRENCY = 8;
const TIMEOUT_MS = 30_000;
const RETRY_DELAYS_MS = [500, 2_000];

/** The portal takes files from their addresses (Q20), after its answer and a few at a time. */
export class FileFetch {
  private readonly client = new HttpClient(CONCURRENCY);
  private readonly work = new BoundedWork(CONCURRENCY);

  constructor(private readonly world: World) {}

  /** Fetches the file and writes success or the reason of the failure to the ledger. */
  start(code: string, url: string, tries = 0): void {
    this.work.add(async () => {
      const failure = await this.fetch(url);
      if (failure === null) return this.world.ledger.record('dvcqg', 'file-fetched', code);
      const delayMs = RETRY_DELAYS_MS[tries];
      if (delayMs === undefined || !failure.isWorthRetry) return this.fail(code, failure.reason);
      this.world.timers.after(delayMs, () => this.start(code, url, tries + 1));
    });
  }

  fail(code: string, reason: string): void {
    this.world.ledger.record('dvcqg', 'file-failed', code, reason);
  }

  stop(): void {
    this.work.stop();
    this.client.stop();
  }

  private async fetch(url: string): Promise<{ reason: string; isWorthRetry: boolean } | null> {
    try {
      const answer = await this.client.send({ url: new URL(url), method: 'GET', headers: {}, timeoutMs: TIMEOUT_MS });
      if (answer.status !== 200)
        return { reason: `http-${answer.status}`, isWorthRetry: answer.status >= 500 || answer.status === 429 };
      if (answer.bytes.length === 0) return { reason: 'empty', isWorthRetry: false };
      return isDigestRight(answer) ? null : { reason: 'digest', isWorthRetry: false };
    } catch {
      return { reason: 'unreachable', isWorthRetry: true };
    }
  }
}

/** `Digest: sha-256=<base64>` (RFC 3230), checked where it is given. */
function isDigestRight({ headers, bytes }: ExchangeAnswer): boolean {
  const given = String(headers['digest'] ?? '');
  const expected = /(?:^|,\s*)sha-256=([^,\s]+)/i.exec(given)?.[1];
  return expected === undefined || expected === createHash('sha256').update(bytes).digest('base64');
}
