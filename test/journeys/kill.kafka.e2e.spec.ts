import { until } from '../support/until';
import { Installation } from '../support/installation';
import { expectUnharmed, untilFinished } from './journey-assertions';

const SEED = 417;

describe('a crash in mid-run', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'kafka']);
  }, 180_000);
  afterAll(() => installation?.remove(), 120_000);

  it.each(['worker', 'gateway'] as const)(
    'loses and doubles nothing when the %s is killed',
    async (part) => {
      const seed = part === 'worker' ? SEED : SEED + 10;
      const codes = [
        ...(await installation.fileCases('birth', 20, seed)),
        ...(await installation.fileCases('death', 20, seed + 1)),
      ];
      await until(async () => (await registered(installation, codes)) >= 5, 60_000, 'the first registrations');
      const killed = installation.kill(part);
      await until(() => installation.stack.pids[part] !== killed, 30_000, `a new ${part}`);
      const dossiers = await untilFinished(installation, codes, 150_000);
      await expectUnharmed(installation, dossiers);
    },
    240_000,
  );
});

async function registered(installation: Installation, codes: readonly string[]): Promise<number> {
  const found = await Promise.all(codes.map((code) => installation.dossier(code).catch(() => undefined)));
  return found.filter((dossier) => dossier && ['registered', 'finished'].includes(dossier.state)).length;
}
