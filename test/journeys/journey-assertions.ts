import { untilClean } from '../support/clean-state';
import type { DossierAnswer, Installation, LedgerRow } from '../support/installation';
import { until } from '../support/until';

/** Waits until every dossier is finished and all its deliveries are settled. */
export async function untilFinished(
  installation: Installation,
  codes: readonly string[],
  deadlineMs: number,
): Promise<DossierAnswer[]> {
  const finished = new Map<string, DossierAnswer>();
  await until(
    async () => {
      for (const code of codes.filter((one) => !finished.has(one))) {
        const dossier = await installation.dossier(code).catch(() => undefined);
        if (dossier?.state !== 'finished' || dossier.pendingDeliveries > 0) return false;
        finished.set(code, dossier);
      }
      return true;
    },
    deadlineMs,
    async () => {
      const missing = codes.filter((one) => !finished.has(one)).slice(0, 3);
      const found = await Promise.all(
        missing.map((code) => installation.dossier(code).catch((error: unknown) => String(error))),
      );
      return `${codes.length - finished.size} of ${codes.length} dossiers, e.g. ${missing.map((code, index) => `${code}: ${JSON.stringify(found[index])}`).join('; ')}`;
    },
  );
  return codes.map((code) => finished.get(code)!);
}

/** DVCLT took 1, 3, 7, 4, 5 in this order and nothing twice; exactly one registration; one dossier at one-stop and portal. */
export function expectCleanLedger(ledger: readonly LedgerRow[], dossiers: readonly DossierAnswer[]): void {
  const rows = new Map(ledger.map((row) => [`${row.system} ${row.kind} ${row.code}`, row]));
  const one = (system: string, kind: string, code: string | null): LedgerRow | undefined =>
    rows.get(`${system} ${kind} ${code}`);
  for (const { codes } of dossiers) {
    expect(one('dvclt', 'acknowledged', codes.dvclt)).toMatchObject({ count: 1 });
    expect(one('dvclt', 'status', codes.dvclt)?.order.map(Number)).toEqual([1, 3, 7, 4, 5]);
    expect(one('hotich', 'registration', codes.oneStop)).toMatchObject({ count: 1 });
    expect(one('onestop', 'dossier', codes.dvclt) ?? one('onestop', 'dossier', codes.oneStop)).toMatchObject({
      count: 1,
    });
    expect(one('dvcqg', 'dossier', codes.oneStop)).toMatchObject({ count: 1 });
    expect(one('dvcqg', 'status', codes.oneStop)?.order.map(Number).at(-1)).toBe(10);
  }
  expect(ledger.filter((row) => row.kind === 'registration')).toHaveLength(dossiers.length);
}

/** Finished without anybody called: their own rows of the ledger are clean, and so is the state of the whole installation. */
export async function expectUnharmed(installation: Installation, dossiers: readonly DossierAnswer[]): Promise<void> {
  const own = new Set(dossiers.flatMap(({ codes }) => [codes.dvclt, codes.oneStop]));
  expectCleanLedger(
    (await installation.ledger()).filter((row) => own.has(row.code)),
    dossiers,
  );
  expect(dossiers.filter((dossier) => dossier.attention)).toEqual([]);
  await untilClean(installation, 30_000);
}
