import { AppError } from '#platform';

/** @param waitMs time until the next one is let through; 0 = now
 *  @throws AppError 429 `too-many-failed-log-ins` with `retryAfterSeconds` */
export function refuseWhileWaiting(waitMs: number): void {
  if (waitMs === 0) return;
  throw new AppError({
    code: 'too-many-failed-log-ins',
    disposition: 'retry',
    status: 429,
    detail: 'wait before the next log-in',
    extra: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
  });
}
