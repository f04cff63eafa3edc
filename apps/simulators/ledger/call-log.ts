import type { SystemId } from '../server/systems';

/** One line of `GET /_sim/calls` (CONTRACTS §5). `status` 0: the connection was cut or nothing was answered. */
export interface CallLine {
  readonly system: SystemId;
  readonly operation: string;
  /** The first of `codes`. */
  readonly code: string | null;
  /** Every code that the call names: a poll asks about several dossiers at once. */
  readonly codes: readonly string[];
  readonly at: string;
  readonly status: number;
}

type Kept = Omit<CallLine, 'at' | 'code'> & { readonly atMs: number };

/** The last calls in a ring: the memory of a long load run stays flat. */
export class CallLog {
  private readonly ring: Kept[] = [];
  private next = 0;

  /** @param capacity how many calls are kept @default 50_000 */
  constructor(private readonly capacity = 50_000) {}

  record(call: Kept): void {
    this.ring[this.next] = call;
    this.next = (this.next + 1) % this.capacity;
  }

  /** Oldest first. `sinceMs` is included. */
  list(filter: { system?: string | null; sinceMs?: number }): CallLine[] {
    const inOrder = [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)];
    const sinceMs = filter.sinceMs ?? 0;
    return inOrder
      .filter((call) => call.atMs >= sinceMs && (!filter.system || call.system === filter.system))
      .map(({ atMs, codes, ...rest }) => ({
        ...rest,
        code: codes[0] ?? null,
        codes,
        at: new Date(atMs).toISOString(),
      }));
  }
}
