import { AppError, type Clock, type Log } from '#platform';
import { deadlineSignal } from './deadline';

/** A token or session as a partner gave it. A secret: never logged. */
export interface TokenGrant {
  value: string;
  /** When the partner says it ends; absent when it does not say. */
  goodUntil?: Date;
}

export interface TokenSourceOptions {
  /** Partner and account, e.g. `dvclt`, `dvclt-status`: for the log only. */
  name: string;
  /** Logs in once. @throws AppError with disposition `retry` */
  obtain: (signal: AbortSignal) => Promise<TokenGrant>;
  /** Deadline of one log-in, which serves all waiting calls and so follows none of their signals. Milliseconds. */
  deadlineMs: number;
  clock: Clock;
  log: Log;
}

/** A token this close to its end is renewed before use; a short-lived one at nine tenths of its life. Milliseconds. */
const RENEW_BEFORE_MS = 5_000;

function freshUntilMs(token: TokenGrant, obtainedAt: Date): number {
  if (token.goodUntil === undefined) return Number.POSITIVE_INFINITY;
  const lifeMs = token.goodUntil.getTime() - obtainedAt.getTime();
  return token.goodUntil.getTime() - Math.min(RENEW_BEFORE_MS, lifeMs / 10);
}

/** The token of one account at one partner (Q39: never shared between accounts): cached, renewed by one call for all that wait. */
export class TokenSource {
  private cached: { grant: TokenGrant; freshUntilMs: number } | undefined;
  private running: Promise<TokenGrant> | undefined;

  constructor(private readonly options: TokenSourceOptions) {}

  /** The cached token, or a new one. @throws AppError when the log-in fails or `signal` fires first */
  async current(signal: AbortSignal): Promise<TokenGrant> {
    const { cached } = this;
    if (cached !== undefined && this.options.clock.now().getTime() < cached.freshUntilMs) return cached.grant;
    return this.awaitRenewal(signal);
  }

  /** A token other than `dead`: the one that another call has got meanwhile, or a new one. @throws as `current` */
  async renew(dead: TokenGrant, signal: AbortSignal): Promise<TokenGrant> {
    if (this.cached?.grant === dead) this.cached = undefined;
    return this.current(signal);
  }

  private async awaitRenewal(signal: AbortSignal): Promise<TokenGrant> {
    this.running ??= this.logIn().finally(() => {
      this.running = undefined;
    });
    return orAborted(this.running, signal);
  }

  private async logIn(): Promise<TokenGrant> {
    const deadline = deadlineSignal(new AbortController().signal, this.options.deadlineMs);
    const startedMs = performance.now();
    try {
      const grant = await this.options.obtain(deadline.signal);
      this.cached = { grant, freshUntilMs: freshUntilMs(grant, this.options.clock.now()) };
      this.options.log.info('partner.token-renewed', {
        account: this.options.name,
        tookMs: Math.round(performance.now() - startedMs),
      });
      return grant;
    } finally {
      deadline.done();
    }
  }
}

/** The promise's result, or AppError `auth.deadline` when the signal fires first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = (): AppError => new AppError({ code: 'auth.deadline', disposition: 'retry' });
  if (signal.aborted) throw late();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(late());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
