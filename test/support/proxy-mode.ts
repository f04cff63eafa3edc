/** Which way bytes go: `forth` from the client to the server, `back` from the server to the client. */
export type Direction = 'forth' | 'back';

/** What becomes of bytes between a client and the server behind the proxy:
 *  `pass` lets all through · `cut` resets what is open and what comes · `stall` keeps connections open and lets nothing through, and loses
 *  nothing · `swallow` is the half-open line: it accepts and reads, answers nothing and never says an end; what was swallowed on is reset by
 *  the next mode · `late` holds every piece back for a time between the two bounds · `drip` lets `bytes` through, then waits `everyMs` ·
 *  `drop` cuts a connection once so many bytes have gone that way, counted from now. */
export type ProxyMode =
  | { kind: 'pass' }
  | { kind: 'cut' }
  | { kind: 'stall' }
  | { kind: 'swallow' }
  | { kind: 'late'; minMs: number; maxMs: number }
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** @default way 'back' */
  | { kind: 'drop'; afterBytes: number; way?: Direction };

/** What holds now. */
export interface ProxyRule {
  mode: ProxyMode;
  random: () => number;
}

/** What happens next to the bytes that wait on one way of a connection. */
export type ProxyStep =
  { kind: 'write'; bytes: number; afterMs: number; isLast: boolean } | { kind: 'wait' } | { kind: 'lose' };

/** The next step of one way.
 *  @param waiting bytes that are here and not yet written
 *  @param passed bytes that went this way since the mode began */
export function nextStep(
  mode: ProxyMode,
  { way, waiting, passed }: { way: Direction; waiting: number; passed: number },
  random: () => number,
): ProxyStep {
  const all: ProxyStep = { kind: 'write', bytes: waiting, afterMs: 0, isLast: false };
  switch (mode.kind) {
    case 'pass':
      return all;
    case 'cut':
    case 'swallow':
      return { kind: 'lose' };
    case 'stall':
      return { kind: 'wait' };
    case 'late':
      return { ...all, afterMs: mode.minMs + Math.floor(random() * (mode.maxMs - mode.minMs)) };
    case 'drip':
      return { ...all, bytes: Math.min(waiting, mode.bytes), afterMs: mode.everyMs };
    case 'drop': {
      if ((mode.way ?? 'back') !== way) return all;
      const left = mode.afterBytes - passed;
      return { ...all, bytes: Math.min(waiting, left), isLast: left <= waiting };
    }
  }
}
