import { Client } from 'pg';
import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { ExtraWorker } from '../support/extra-worker';
import { Installation } from '../support/installation';

const SEED = 20261127;
const BIRTHS = 24;
const [PER_SECOND, BURST] = [3, 3];
const WINDOW_MS = 10_000;
const LIMITED = { 'limits:': `limits:\n  perSecond: ${PER_SECOND}\n  burst: ${BURST}` };

describe('the limits of a partner, with three workers', () => {
  let config: ConfigCopy;
  let installation: Installation;
  const further: ExtraWorker[] = [];

  beforeAll(async () => {
    config = copyConfig({ 'partners/hotich.yaml': LIMITED });
    installation = await Installation.start(['--bus', 'postgres'], { CONFIG_DIR: config.dir });
    for (const id of ['further-1', 'further-2']) further.push(await ExtraWorker.start(installation, id));
  }, 240_000);
  afterAll(async () => {
    for (const worker of further) await worker.stop();
    await installation?.remove();
    config?.remove();
  }, 120_000);

  it('hold for all of them together in every ten seconds, log-ins and polls counted, and nobody is doubled', async () => {
    const codes = await installation.fileCases('birth', BIRTHS, SEED);
    const dossiers = await untilFinished(installation, codes, 180_000);
    expectCleanLedger(await installation.ledger(), dossiers);
    const calls = await installation.calls('hotich');
    const times = calls.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    expect(times.length).toBeGreaterThan(BIRTHS);
    const most = Math.max(
      ...times.map((start, from) => times.slice(from).filter((time) => time - start <= WINDOW_MS).length),
    );
    expect(most).toBeLessThanOrEqual((WINDOW_MS / 1_000) * PER_SECOND + BURST);
    // More was wanted than the limit gave, or it would show nothing.
    expect(most).toBeGreaterThan((WINDOW_MS / 1_000) * PER_SECOND * 0.7);
    expect(await workersThatCarried()).toHaveLength(3);
    await untilClean(installation, 30_000, { configDir: config.dir });
  }, 300_000);

  async function workersThatCarried(): Promise<string[]> {
    const client = new Client({ connectionString: installation.stack.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ worker: string }>('select distinct worker from attempt');
      return rows.map(({ worker }) => worker);
    } finally {
      await client.end();
    }
  }
});
