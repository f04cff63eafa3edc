/** How a client that knows no back-off sends one thing again (Q34). */
export interface Storm {
  readonly periodMs: number;
  readonly rounds: number;
}

const MIN_PERIOD_MS = 10;
const MAX_ROUNDS = 1_000;

/** Reads `{periodMs,rounds}`; null where a part is missing or out of bounds: a storm must end. */
export function readStorm(value: unknown): Storm | null {
  if (typeof value !== 'object' || value === null) return null;
  const { periodMs, rounds } = value as { periodMs?: unknown; rounds?: unknown };
  if (!Number.isInteger(periodMs) || Number(periodMs) < MIN_PERIOD_MS) return null;
  if (!Number.isInteger(rounds) || Number(rounds) < 1 || Number(rounds) > MAX_ROUNDS) return null;
  return { periodMs: Number(periodMs), rounds: Number(rounds) };
}
