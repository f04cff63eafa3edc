import { verifyState, type Violation } from '#verification';
import { effectFaults, type EffectFaults } from '../faults/effect-faults';
import type { OpenSide } from './bench-run';
import { oneStopCodesOf } from './dossier-ends';
import { queryOnce } from './query-once';
import { until } from './until';

const REST_DEADLINE_MS = 60_000;
const SYSTEMS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;

/** What went wrong, as the partners and as the whole database see it. */
export interface SettledState extends EffectFaults {
  violations: Violation[];
  /** Decisions of officers that we did not take. */
  refused: number;
  attention: number;
}

/** Looks at births that all are finished, once the last settlements are done. */
export async function settledState(
  { side, databaseUrl }: Pick<OpenSide, 'side' | 'databaseUrl'>,
  codes: readonly string[],
): Promise<SettledState> {
  const { simulators } = side;
  const violations = await untilAtRest(databaseUrl, simulators.url);
  const oneStopCodes = await oneStopCodesOf(databaseUrl);
  const ledger = (await Promise.all(SYSTEMS.map((system) => simulators.ledger(system)))).flat();
  const ends = codes.map((dvclt) => ({ dvclt, oneStop: oneStopCodes.get(dvclt) ?? null, isFinished: true }));
  const [{ attention }] = await queryOnce<{ attention: number }>(
    databaseUrl,
    'select count(*)::integer as attention from dossier where attention',
  );
  const refused = ledger.filter(({ kind }) => kind === 'decision-failed').reduce((sum, { count }) => sum + count, 0);
  return { ...effectFaults(ledger, ends), violations, refused, attention };
}

/** What overtook: at a partner by its ledger, or in a lane by its attempts. */
export function inversionsOf({ disordered, violations }: SettledState): string[] {
  return [...disordered, ...violations.filter(({ kind }) => kind === 'out-of-order').map(lineOf)];
}

/** Everything that must not be, in words for the terminal. */
export function faultLines({ lost, doubled, disordered, violations }: SettledState): string[] {
  return [...lost, ...doubled, ...disordered, ...violations.map(lineOf)].slice(0, 20).map((line) => `  ${line}`);
}

function lineOf({ code, codes, sentence }: Violation): string {
  return `${code} ${codes[0] ?? ''}: ${sentence}`;
}

/** @returns what the check still names after a minute */
async function untilAtRest(databaseUrl: string, ledgerUrl: string): Promise<Violation[]> {
  let found: Violation[] = [];
  const isClean = async (): Promise<boolean> => {
    found = await verifyState({ databaseUrl, ledgerUrl, settled: true });
    return found.length === 0;
  };
  await until(isClean, REST_DEADLINE_MS, 'clean state', 1_000).catch((error: unknown) => {
    if (found.length === 0) throw error;
  });
  return found;
}
