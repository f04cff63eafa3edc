import { failureRules, isFailing } from '../../bench/order/failing-dossiers';
import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { until } from '../support/until';

const SEED = 20261130;
const [BESIDE_SLOW, BESIDE_FAILING] = process.env.SOAK ? [100, 500] : [25, 100];
/** Longer than the healthy ones need together. */
const SLOW_MS = 8_000;

describe('healthy work beside work that is not', () => {
  let installation: Installation;
  const all: DossierAnswer[] = [];

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  const portalCalls = async (): Promise<number> =>
    (await installation.ledger('dvcqg')).reduce((sum, { count }) => sum + count, 0);
  const read = async (codes: readonly string[]): Promise<(DossierAnswer | undefined)[]> =>
    Promise.all(codes.map((code) => installation.dossier(code)));

  it('goes on at three partners while the fourth takes eight seconds for each call', async () => {
    await installation.fault([{ system: 'dvcqg', switch: 'slowMs', value: SLOW_MS }]);
    const before = await portalCalls();
    const codes = await installation.fileCases('birth', BESIDE_SLOW, SEED);
    await until(
      async () => (await read(codes)).every((dossier) => dossier?.state === 'finished' && dossier.statuses.dvclt === 5),
      120_000,
      'the end of all dossiers at the other three',
    );
    // At each there is something left that the slow one has not been told, and nobody has been asked to look.
    expect((await read(codes)).filter((dossier) => dossier!.pendingDeliveries === 0)).toEqual([]);
    expect((await portalCalls()) - before).toBeLessThan(codes.length * 2);
    await installation.clearFaults();
    all.push(...(await untilFinished(installation, codes, 120_000)));
    expect(all.filter(({ attention }) => attention)).toEqual([]);
    expectCleanLedger(await installation.ledger(), all);
    await untilClean(installation, 30_000);
  }, 300_000);

  it.each([[0.01], [0.05]])(
    'ends while a share of %p of the dossiers fails at one partner each, and these end in order afterwards',
    async (share) => {
      const seed = SEED + 1_000 * (1 + share * 100);
      const codes = await installation.fileCases('birth', BESIDE_FAILING, seed);
      const rules = failureRules(codes, share);
      await installation.fault(rules);
      const healthy = codes.filter((_, place) => !isFailing(place, share));
      await untilFinished(installation, healthy, 240_000);
      // What fails until somebody heals it has not ended: the healthy ones did not wait for it.
      const forever = codes.filter((code) =>
        rules.some((rule) => 'code' in rule && rule.code === code && !('until' in rule)),
      );
      expect(forever.length).toBeGreaterThan(0);
      for (const dossier of await read(forever))
        expect(dossier === undefined || dossier.state !== 'finished' || dossier.pendingDeliveries > 0).toBe(true);
      await installation.clearFaults();
      all.push(...(await untilFinished(installation, codes, 120_000)));
      expectCleanLedger(await installation.ledger(), all);
      await untilClean(installation, 30_000);
    },
    500_000,
  );
});
