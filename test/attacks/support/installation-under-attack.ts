import { Installation } from '../../support/installation';
import { until } from '../../support/until';

/** Each brings dossiers into another state: finished, waiting for a supplement, refused, without a result, unknown, parked, in quarantine. */
const SCENARIOS = ['happy-path', 'supplement', 'refusal', 'no-file', 'hidden-commit', 'poison-first', 'duplicate-list'];

/** An installation whose limits for clients are set high, filled with dossiers in many states. */
export async function installationUnderAttack(seed: number): Promise<Installation> {
  const installation = await Installation.start(['--bus', 'postgres'], { MAX_FAILED_LOG_INS: '1000' });
  for (const [at, scenario] of SCENARIOS.entries()) {
    await installation.fileCases('birth', 2, seed + 2 * at, scenario);
    await installation.fileCases('death', 1, seed + 2 * at + 1, scenario);
  }
  await until(async () => hasManyStates(installation), 60_000, 'dossiers in several states');
  return installation;
}

async function hasManyStates(installation: Installation): Promise<boolean> {
  const page = await installation.get<{ items: { state: string }[] }>('/dossiers?limit=200');
  const quarantined = await installation.get<{ items: object[] }>('/quarantine');
  const states = new Set((page?.items ?? []).map((dossier) => dossier.state));
  return states.size >= 3 && states.has('finished') && (quarantined?.items.length ?? 0) > 0;
}
