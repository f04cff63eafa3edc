import { codeOf, type Clock, type Log } from '#platform';
import type { DueItem } from '../domain/intake-item';
import type { DossierSource } from '../ports';

export interface FetchLimits {
  /** Detail calls at once. @default 8 */
  maxConcurrency: number;
  /** Items of one batch. @default 50 */
  maxItems: number;
  /** Raw bytes after which no further detail is begun for a batch. @default 8_388_608 bytes */
  maxBytes: number;
  /** Total deadline of one call. @default 10_000 ms */
  deadlineMs: number;
  /** Time after which no further detail is begun for a batch: with `deadlineMs` it must stay below the poller's lease, or a
   *  slow source would cost us the turn again and again. @default 10_000 ms */
  maxMs: number;
}

export interface FetchedDetail {
  due: DueItem;
  raw: Buffer;
}

/** Takes items off the front of `queue` and fetches them, until the batch is full; in the order of the list. A call that
 *  fails concerns its own item, which the next list will show again. Never rejects. */
export async function fetchDetails(
  queue: DueItem[],
  source: Pick<DossierSource, 'id' | 'fetch'>,
  limits: FetchLimits,
  { signal, log, clock }: { signal: AbortSignal; log: Log; clock: Clock },
): Promise<{ fetched: FetchedDetail[]; failed: number }> {
  const slots: (FetchedDetail | undefined)[] = [];
  let bytes = 0;
  const endMs = clock.now().getTime() + limits.maxMs;
  const hasRoom = (): boolean =>
    slots.length < limits.maxItems && bytes < limits.maxBytes && clock.now().getTime() < endMs;
  const worker = async (): Promise<void> => {
    while (queue.length > 0 && hasRoom() && !signal.aborted) {
      const due = queue.shift() as DueItem;
      const slot = slots.push(undefined) - 1;
      try {
        const raw = await source.fetch(due.item, AbortSignal.any([signal, AbortSignal.timeout(limits.deadlineMs)]));
        bytes += raw.length;
        slots[slot] = { due, raw };
      } catch (error) {
        log.warn('intake.detail-failed', { source: source.id, code: codeOf(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limits.maxConcurrency, queue.length) }, worker));
  const fetched = slots.filter((one) => one !== undefined);
  return { fetched, failed: slots.length - fetched.length };
}
