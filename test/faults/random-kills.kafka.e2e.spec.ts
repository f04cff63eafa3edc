import { fileContinuously } from '../../bench/faults/continuous-load';
import { killAtRandom } from '../../bench/faults/random-kills';
import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation } from '../support/installation';
import { seededRandom } from '../support/seeded-random';

const SEED = Number(process.env.SEED ?? 20_261_125);
const KILLS = process.env.SOAK ? 50 : 8;
const SETTLE_MS = 180_000;

/** SIGKILL of worker, gateway, Kafka and PostgreSQL at random while dossiers come in all the time. */
describe(`${KILLS} random kills under load, seed ${SEED}`, () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'kafka', '--max-deaths', '1000']);
  }, 180_000);
  afterAll(() => installation?.remove(), 120_000);

  it(
    'lose nothing, double nothing and keep every order',
    async () => {
      let isKilling = true;
      const [codes, kills] = await Promise.all([
        fileContinuously({
          everyMs: 600,
          maxUnderWay: 80,
          file: (kind, number) => installation.fileCases(kind, 1, SEED + number),
          underWay: async (filed) => filed - (await effectsOf('dvclt', 'acknowledged')),
          goesOn: () => isKilling,
        }),
        killAtRandom({
          count: KILLS,
          pids: () => installation.stack.pids,
          random: seededRandom(SEED),
          gapMs: { min: 500, max: 3_500 },
          minUpMs: 3_000,
          goesOn: () => true,
        }).finally(() => (isKilling = false)),
      ]);
      expect(kills).toHaveLength(KILLS);
      const dossiers = await untilFinished(installation, codes, SETTLE_MS);
      expectCleanLedger(await installation.ledger(), dossiers);
      expect(dossiers.filter((dossier) => dossier.attention)).toEqual([]);
      await untilClean(installation, 30_000);
    },
    KILLS * 30_000 + SETTLE_MS,
  );

  async function effectsOf(system: string, kind: string): Promise<number> {
    return (await installation.ledger(system)).filter((row) => row.kind === kind).length;
  }
});
