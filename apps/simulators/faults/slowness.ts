/** How a slow answer is slow: the work waits, or the finished answer trickles. */
export interface Slowness {
  readonly form: 'wait' | 'drip';
  readonly ms: number;
}

/** lgsp.md §5: a slow drip of 30 s. */
const DEFAULT_MS = 30_000;

/** Reads `<ms>`, `wait`, `drip`, `wait:<ms>` or `drip:<ms>`; null where it is none of them. */
export function readSlowness(value: unknown): Slowness | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? { form: 'wait', ms: value } : null;
  const found = /^(?<form>wait|drip)(?::(?<ms>\d+))?$/.exec(String(value))?.groups;
  if (found === undefined) return null;
  return { form: found['form'] === 'drip' ? 'drip' : 'wait', ms: Number(found['ms'] ?? DEFAULT_MS) };
}
