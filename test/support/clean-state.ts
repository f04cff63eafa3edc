import { verifyState, type VerifyOptions, type Violation } from '#verification';
import type { Installation } from './installation';
import { until } from './until';

/** Kinds that may pass by themselves while the last things come to rest. Any other is a fact the moment it is seen. */
const PASSING: readonly string[] = ['stuck', 'lost'];

/** Waits until an installation is at rest, and fails when anything is lost, doubled, overtaken, stuck or unexplained: its whole database
 *  and its simulators' ledger are looked at (docs/reference/violations.md).
 *  @param more e.g. `configDir` of an installation with other procedures, `ledgerUrl: undefined` when the simulators were restarted */
export async function untilClean(
  installation: Pick<Installation, 'stack'>,
  deadlineMs: number,
  more: Partial<VerifyOptions> = {},
): Promise<void> {
  let found: Violation[] = [];
  await until(
    async () => {
      const { databaseUrl, simulatorsUrl: ledgerUrl } = installation.stack;
      found = await verifyState({ databaseUrl, ledgerUrl, settled: true, ...more });
      return found.length === 0 || found.some(({ kind }) => !PASSING.includes(kind));
    },
    deadlineMs,
    () => `a clean state, found ${textOf(found)}`,
  );
  if (found.length > 0) throw new Error(`the state is not clean: ${textOf(found)}`);
}

function textOf(violations: readonly Violation[]): string {
  const shown = violations.slice(0, 10).map(({ code, codes, sentence }) => `${code} ${codes[0] ?? ''}: ${sentence}`);
  return `${violations.length} violations\n${shown.join('\n')}`;
}
