/** How often hộ tịch is asked about one dossier: fast after a push, slower with age. */
export interface RegistryPollPace {
  /** From the push to the first poll. @default 500 ms */
  firstMs: number;
  /** Longest time between two polls. @default 10_000 ms */
  maxMs: number;
  /** How much longer each pause is than the one before. @default 1.5 */
  factor: number;
}

/** Pause after the n-th poll since the push (n ≥ 1), ms. */
export function pauseAfterPoll(polls: number, { firstMs, maxMs, factor }: RegistryPollPace): number {
  return Math.min(maxMs, firstMs * factor ** polls);
}
