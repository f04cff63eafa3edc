import { AppError, type Tx } from '#platform';
import { countViews, type ViewCount, type ViewKind } from '../adapters/view-store';
import type { ViewLimits } from '../domain/purposes';

const HOUR_MS = 3_600_000;

/** Refuses what would be more than an account may see in an hour.
 *  @throws AppError 429 `too-many-reveals` with `retryAfterSeconds` */
export async function refuseTooMany(
  tx: Tx,
  ask: { account: string; kind: ViewKind; fields: number; sensitive: number; now: Date },
  limits: ViewLimits,
): Promise<void> {
  const seen = await countViews(tx, ask.account, ask.kind, new Date(ask.now.getTime() - HOUR_MS));
  if (!isTooMuch(seen, ask, limits)) return;
  const waitMs = (seen.oldestAt?.getTime() ?? ask.now.getTime()) + HOUR_MS - ask.now.getTime();
  throw new AppError({
    code: 'too-many-reveals',
    disposition: 'retry',
    status: 429,
    detail: 'this account has been shown as much as it may be in an hour',
    extra: { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
  });
}

function isTooMuch(
  seen: ViewCount,
  { kind, fields, sensitive }: { kind: ViewKind; fields: number; sensitive: number },
  limits: ViewLimits,
): boolean {
  if (kind === 'file') return seen.views >= limits.filesPerHour;
  if (kind === 'search') return seen.views >= limits.searchesPerHour;
  return seen.fields + fields > limits.fieldsPerHour || seen.sensitive + sensitive > limits.sensitivePerHour;
}
