import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { ExtraWorker } from '../support/extra-worker';
import { Installation } from '../support/installation';
import { until } from '../support/until';

const SEED = 20261128;
const AT_ONCE = 25;

describe('workers that come and go under load', () => {
  let installation: Installation;
  const running = new Set<ExtraWorker>();
  const start = async (id: string): Promise<ExtraWorker> => {
    const worker = await ExtraWorker.start(installation, id);
    running.add(worker);
    return worker;
  };

  beforeAll(async () => {
    installation = await Installation.start();
  }, 240_000);
  afterAll(async () => {
    for (const worker of running) await worker.stop();
    await installation?.remove();
  }, 180_000);

  it('lose nothing, double nothing and overtake nothing: one is told to end, one is killed, one comes late', async () => {
    const [leaving, dying] = [await start('leaving'), await start('dying')];
    const codes = await installation.fileCases('birth', AT_ONCE, SEED);
    await untilUnderWay(codes, 5);
    expect(await leaving.stop()).toBe(0);
    codes.push(...(await installation.fileCases('death', AT_ONCE, SEED + 1)));
    await untilUnderWay(codes, AT_ONCE);
    dying.kill();
    await start('late');
    const dossiers = await untilFinished(installation, codes, 180_000);
    expectCleanLedger(await installation.ledger(), dossiers);
    await untilClean(installation, 30_000);
  }, 360_000);

  /** So many of them have reached hộ tịch. */
  async function untilUnderWay(codes: readonly string[], count: number): Promise<void> {
    await until(
      async () => {
        const rows = await installation.ledger('hotich');
        return rows.filter(({ kind }) => kind === 'received').length >= count;
      },
      60_000,
      `${count} of ${codes.length} dossiers at hộ tịch`,
    );
  }
});
