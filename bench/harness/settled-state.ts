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

/** Looks at births that all are finished, once the last settlements are done.
 *  @param leftOut ids of dossiers that a bench has put there itself */
export async function settledState(
  { side, databaseUrl }: Pick<OpenSide, 'side' | 'databaseUrl'>,
  codes: readonly string[],
  leftOut: ReadonlySet<string> = new Set(),
): Promise<SettledState> {
  const { simulators } = side;
  const violations = await untilAtRest({ databaseUrl, ledgerUrl: simulators.url }, leftOut);
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

/** Of one code all are kept: those of dossiers that are left out must not hide the others. */
const MAX_PER_CODE = 10_000_000;

/** @returns what the check still names after a minute */
async function untilAtRest(
  urls: { databaseUrl: string; ledgerUrl: string },
  leftOut: ReadonlySet<string>,
): Promise<Violation[]> {
  let found: Violation[] | undefined;
  const isClean = async (): Promise<boolean> => {
    const all = await verifyState({ ...urls, settled: true, maxPerCode: MAX_PER_CODE });
    found = all.filter(({ dossierId }) => dossierId === null || !leftOut.has(dossierId));
    return found.length === 0;
  };
  await until(isClean, REST_DEADLINE_MS, 'clean state', 1_000).catch((error: unknown) => {
    if (found === undefined) throw error;
  });
  return found ?? [];
}
