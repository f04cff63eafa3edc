import { untilClean } from '../support/clean-state';
import { Installation } from '../support/installation';
import { expectCleanLedger, untilFinished } from './journey-assertions';

describe('the main job on the PostgreSQL bus', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  it('says so and takes a birth the whole way', async () => {
    expect(installation.terminal).toMatch(/^Bus: the PostgreSQL driver/);
    expect(installation.stack.kafkaBrokers).toBeNull();
    const codes = await installation.fileCases('birth', 1, 77);
    const dossiers = await untilFinished(installation, codes, 60_000);
    expectCleanLedger(await installation.ledger(), dossiers);
    await untilClean(installation, 30_000);
  }, 120_000);
});
