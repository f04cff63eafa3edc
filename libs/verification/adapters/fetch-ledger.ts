import { AppError } from '#platform';
import { Ledger, type EffectLine } from '../domain/ledger';

const DEADLINE_MS = 60_000;

/** Asks the simulators for everything that they did (`/_sim/ledger`, CONTRACTS §5). Only what checks look at is kept.
 *  @param url base address of the simulators
 *  @throws AppError `ledger-unreachable` */
export async function fetchLedger(url: string, askedAt: Date): Promise<Ledger> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/_sim/ledger`, {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const lines = (await response.json()) as EffectLine[];
    return new Ledger(lines, askedAt);
  } catch (cause) {
    throw new AppError({
      code: 'ledger-unreachable',
      disposition: 'retry',
      detail: 'the ledger of the simulators cannot be read',
      cause,
    });
  }
}
