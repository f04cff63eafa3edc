import { verifyState, type Violation } from '#verification';
import { until } from './until';

/** The last settlements follow their effects within moments. */
const REST_DEADLINE_MS = 30_000;

/** Outside the measured time: a figure counts only when nothing was lost, doubled, overtaken or invented for it.
 *  @throws Error naming the first violations */
export async function assertCleanState(databaseUrl: string, ledgerUrl: string): Promise<void> {
  let found: Violation[] = [];
  const isClean = async (): Promise<boolean> => {
    found = await verifyState({ databaseUrl, ledgerUrl, settled: true });
    return found.length === 0;
  };
  await until(isClean, REST_DEADLINE_MS, 'clean state', 500).catch((cause: unknown) => {
    const shown = found.slice(0, 5).map(({ code, sentence }) => `${code}: ${sentence}`);
    throw new Error(`the state is not clean: ${shown.join('; ')}`, { cause });
  });
}
