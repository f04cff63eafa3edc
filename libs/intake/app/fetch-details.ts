import { codeOf, type Clock, type Log } from '#platform';
import type { DueItem } from '../domain/intake-item';
import type { DossierSource, RawBytes } from '../ports';
import { decodeMessage, type DecodedMessage, type DecodeMessageDeps } from './decode-message';

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
  /** The bytes of a small message; of a large one what was read, its bytes are in the vault. */
  raw: Buffer | DecodedMessage;
}

export interface FetchDeps {
  signal: AbortSignal;
  vault: DecodeMessageDeps['vault'];
  log: Log;
  clock: Clock;
  /** Called now and then while a large message is read, which may take longer than a turn: keeps the turn. */
  keepTurn?: () => Promise<void>;
}

type Source = Pick<DossierSource, 'id' | 'fetch' | 'decodeLarge'>;

/** Items whose detail turned out to be a large one: the next time they are read, alone. */
const knownLarge = new WeakSet<DueItem>();

/** Takes items off the front of `queue` and fetches them, until the batch is full; in the order of the list. A large one among others goes
 *  to the end of the queue and is a batch of its own then: it takes seconds or minutes and must hold up nobody. A call that fails concerns
 *  its own item, which the next list will show again. Never rejects. */
export async function fetchDetails(
  queue: DueItem[],
  source: Source,
  limits: FetchLimits,
  deps: FetchDeps,
): Promise<{ fetched: FetchedDetail[]; failed: number }> {
  const batch = new Batch(source, limits, deps);
  if (queue.length > 0 && (queue.length === 1 || knownLarge.has(queue[0]))) {
    if (batch.hasRoom()) await batch.fetch(queue.shift() as DueItem, 'alone');
    return batch.result();
  }
  const worker = async (): Promise<void> => {
    while (queue.length > 0 && !knownLarge.has(queue[0]) && batch.hasRoom())
      queue.push(...(await batch.fetch(queue.shift() as DueItem, 'among others')));
  };
  await Promise.all(Array.from({ length: Math.min(limits.maxConcurrency, queue.length) }, worker));
  return batch.result();
}

class Batch {
  private readonly slots: (FetchedDetail | undefined)[] = [];
  private readonly endMs: number;
  private bytes = 0;
  private failed = 0;

  constructor(
    private readonly source: Source,
    private readonly limits: FetchLimits,
    private readonly deps: FetchDeps,
  ) {
    this.endMs = deps.clock.now().getTime() + limits.maxMs;
  }

  hasRoom(): boolean {
    const { maxItems, maxBytes } = this.limits;
    const hasTime = this.deps.clock.now().getTime() < this.endMs && !this.deps.signal.aborted;
    return this.slots.length < maxItems && this.bytes < maxBytes && hasTime;
  }

  /** Returns the item when it has to come again, alone. */
  async fetch(due: DueItem, how: 'alone' | 'among others'): Promise<DueItem[]> {
    const slot = this.slots.push(undefined) - 1;
    try {
      const raw = await this.begin(due);
      if (!Buffer.isBuffer(raw) && how === 'among others') {
        knownLarge.add(due);
        await leave(raw);
        return [due];
      }
      this.slots[slot] = { due, raw: Buffer.isBuffer(raw) ? raw : await this.read(raw) };
      this.bytes += Buffer.isBuffer(raw) ? raw.length : 0;
    } catch (error) {
      this.failed += 1;
      this.deps.log.warn('intake.detail-failed', { source: this.source.id, code: codeOf(error) });
    }
    return [];
  }

  result(): { fetched: FetchedDetail[]; failed: number } {
    return { fetched: this.slots.filter((one) => one !== undefined), failed: this.failed };
  }

  private read(raw: AsyncIterable<Uint8Array>): Promise<DecodedMessage> {
    const { keepTurn } = this.deps;
    return decodeMessage(keepTurn === undefined ? raw : inTurn(raw, keepTurn), { ...this.deps, source: this.source });
  }

  /** The deadline ends with the beginning of a large answer: how long that may take is for the source to say, who knows its size. */
  private async begin(due: DueItem): Promise<RawBytes> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.limits.deadlineMs);
    try {
      return await this.source.fetch(due.item, AbortSignal.any([this.deps.signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Between two renewals of the turn while a large message is read, ms; well below the poller's lease. */
const KEEP_EVERY_MS = 5_000;

async function* inTurn(raw: AsyncIterable<Uint8Array>, keepTurn: () => Promise<void>): AsyncGenerator<Uint8Array> {
  let keptAt = performance.now();
  for await (const bytes of raw) {
    if (performance.now() - keptAt >= KEEP_EVERY_MS) {
      await keepTurn();
      keptAt = performance.now();
    }
    yield bytes;
  }
}

/** Gives up a stream, so that its socket is free: one that was never begun would not notice that it is left. */
async function leave(raw: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = raw[Symbol.asyncIterator]();
  await pieces.next();
  await pieces.return?.();
}
