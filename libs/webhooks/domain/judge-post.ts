/** What came of one post. */
export type Posted =
  | { kind: 'answer'; status: number; retryAfterSeconds?: number }
  /** No answer; `code` is kebab-case, such as `deadline`. */
  | { kind: 'failed'; code: string };

export type Verdict =
  | { kind: 'taken' }
  | { kind: 'retry'; code: string; retryAfterSeconds?: number }
  /** The receiver wants no more. */
  | { kind: 'stop'; code: string };

/** Only 2xx means that the receiver has it. 410 means that it wants nothing more (Standard Webhooks); everything else may pass: a receiver that
 *  refuses because of a fault of its own must not lose the event. */
export function judgePost(posted: Posted): Verdict {
  if (posted.kind === 'failed') return { kind: 'retry', code: posted.code };
  const { status, retryAfterSeconds } = posted;
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 410) return { kind: 'stop', code: 'receiver-gone' };
  return { kind: 'retry', code: `http-${status}`, retryAfterSeconds };
}

const LONGEST_RETRY_AFTER_MS = 3_600_000;

export interface RetryPace {
  firstRetryMs: number;
  maxRetryMs: number;
}

/** Pause before the next post after so many failures in a row: doubled each time, half of it by chance; at least what the receiver asked for,
 *  up to an hour.
 *  @param random from 0 to below 1 */
export function retryPauseMs(pace: RetryPace, failures: number, random: number, retryAfterSeconds = 0): number {
  const longest = Math.min(pace.maxRetryMs, pace.firstRetryMs * 2 ** Math.min(failures - 1, 30));
  const asked = Math.min(retryAfterSeconds * 1_000, LONGEST_RETRY_AFTER_MS);
  return Math.max((longest * (1 + random)) / 2, asked);
}
