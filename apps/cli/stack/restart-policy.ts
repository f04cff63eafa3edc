/** What a supervisor does about a part that died. */
export type RestartDecision = { kind: 'restart'; afterMs: number } | { kind: 'give-up' };

const WINDOW_MS = 60_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 2_000;

/** Deaths of one part within a minute that end the stack. */
export const DEFAULT_MAX_DEATHS = 3;

/** `maxDeaths` within 60 s end the stack; before that each death doubles the delay, up to 2 s.
 *  @param deathsAtMs times of all deaths so far, the newest last, on one clock */
export function decideRestart(deathsAtMs: readonly number[], maxDeaths = DEFAULT_MAX_DEATHS): RestartDecision {
  const newest = deathsAtMs.at(-1) ?? 0;
  const recent = deathsAtMs.filter((at) => newest - at < WINDOW_MS).length;
  if (recent >= maxDeaths) return { kind: 'give-up' };
  return { kind: 'restart', afterMs: Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (recent - 1)) };
}
