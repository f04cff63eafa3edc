/** What a supervisor does about a child that died. */
export type RestartDecision = { kind: 'restart'; afterMs: number } | { kind: 'give-up' };

const WINDOW_MS = 60_000;
const MAX_DEATHS = 3;
const FIRST_DELAY_MS = 500;

/** Three deaths within 60 s end the stack; before that each death doubles the delay.
 *  @param deathsAtMs times of all deaths so far, the newest last, on one clock */
export function decideRestart(deathsAtMs: readonly number[]): RestartDecision {
  const newest = deathsAtMs.at(-1) ?? 0;
  const recent = deathsAtMs.filter((at) => newest - at < WINDOW_MS).length;
  if (recent >= MAX_DEATHS) return { kind: 'give-up' };
  return { kind: 'restart', afterMs: FIRST_DELAY_MS * 2 ** (recent - 1) };
}
