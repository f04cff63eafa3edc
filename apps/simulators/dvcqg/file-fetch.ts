import { createHash } from 'node:crypto';
import { BoundedWork } from '../server/bounded-work';
import { HttpClient } from '../server/http-exchange';
import type { FileFacts } from '../server/file-mark';
import type { World } from '../world';

const CONCURRENCY = 8;
const RETRY_DELAYS_MS = [500, 2_000];

type Fetched = { readonly facts: FileFacts } | { readonly reason: string; readonly isWorthRetry: boolean };

/** The portal takes files from their addresses (Q20), after its answer and a few at a time; their bytes are digested, not kept. */
export class FileFetch {
  private readonly client = new HttpClient(CONCURRENCY);
  private readonly work = new BoundedWork(CONCURRENCY);

  /** @param timeoutMs how long the portal waits for one file */
  constructor(
    private readonly world: World,
    private readonly timeoutMs: number,
  ) {}

  /** Fetches the file and writes success or the reason of the failure to the ledger. */
  start(code: string, url: string, given: { tries?: number; patienceMs?: number } = {}): void {
    const { tries = 0, patienceMs } = given;
    this.work.add(async () => {
      const fetched = await this.fetch(url, patienceMs ?? this.timeoutMs);
      if ('facts' in fetched) return this.keep(code, fetched.facts);
      const delayMs = RETRY_DELAYS_MS[tries];
      if (delayMs === undefined || !fetched.isWorthRetry) return this.fail(code, fetched.reason);
      this.world.timers.after(delayMs, () => this.start(code, url, { tries: tries + 1, patienceMs }));
    });
  }

  fail(code: string, reason: string): void {
    this.world.ledger.record('dvcqg', 'file-failed', code, reason);
  }

  stop(): void {
    this.work.stop();
    this.client.stop();
  }

  private keep(code: string, facts: FileFacts): void {
    this.world.ledger.record('dvcqg', 'file-fetched', code);
    this.world.papers.keepFacts('dvcqg', code, { name: 'fetched', ...facts });
  }

  private async fetch(url: string, timeoutMs: number): Promise<Fetched> {
    const sinceMs = this.world.now();
    try {
      const answer = await this.client.open({ url: new URL(url), method: 'GET', headers: {}, timeoutMs });
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of answer) {
        hash.update(chunk as Buffer);
        bytes += (chunk as Buffer).length;
      }
      return judged({ status: answer.statusCode ?? 0, given: answer.headers['digest'], bytes, digest: hash.digest() });
    } catch {
      // The cut of our own deadline looks like any other cut.
      const isTimeOut = this.world.now() - sinceMs >= timeoutMs;
      return { reason: isTimeOut ? 'timeout' : 'unreachable', isWorthRetry: true };
    }
  }
}

interface Download {
  readonly status: number;
  readonly given: string | string[] | undefined;
  readonly bytes: number;
  readonly digest: Buffer;
}

/** `Digest: sha-256=<base64>` (RFC 3230) is checked where it is given. */
function judged({ status, given, bytes, digest }: Download): Fetched {
  if (status !== 200) return { reason: `http-${status}`, isWorthRetry: status >= 500 || status === 429 };
  if (bytes === 0) return { reason: 'empty', isWorthRetry: false };
  const expected = /(?:^|,\s*)sha-256=([^,\s]+)/i.exec(String(given ?? ''))?.[1];
  if (expected !== undefined && expected !== digest.toString('base64'))
    return { reason: 'digest', isWorthRetry: false };
  return { facts: { bytes, sha256: digest.toString('hex') } };
}
