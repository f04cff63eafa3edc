import { untilClean } from '../support/clean-state';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { Installation } from '../support/installation';
import { expectEnding, startBranch, type Branch, type RunningBranch } from './branches/branch';
import { DATED_BRANCHES } from './branches/dated-branches';
import { END_BRANCHES } from './branches/end-branches';
import { RESULT_BRANCHES } from './branches/result-branches';
import { SUPPLEMENT_BRANCHES } from './branches/supplement-branches';

const SEED = 20261130;

/** Every decision in every state where it may be taken. */
const DECIDED: readonly Branch[] = [
  ...SUPPLEMENT_BRANCHES.slice(0, 3),
  ...SUPPLEMENT_BRANCHES.filter(({ name }) => name.includes('deadline has passed')),
  ...END_BRANCHES,
  ...RESULT_BRANCHES.slice(0, 1),
  ...DATED_BRANCHES.slice(0, 1),
];

describe('with decisions: poll the same branches', () => {
  let config: ConfigCopy;
  let installation: Installation;
  const running = new Map<Branch, RunningBranch>();

  beforeAll(async () => {
    config = copyConfig({ 'partners/onestop.yaml': { 'decisions: push': 'decisions: poll' } });
    installation = await Installation.start(['--bus', 'postgres'], { CONFIG_DIR: config.dir });
    for (const [index, branch] of DECIDED.entries())
      running.set(branch, await startBranch(installation, branch, SEED + index));
  }, 180_000);
  afterAll(async () => {
    await installation?.remove();
    config?.remove();
  }, 120_000);

  it.each(DECIDED.map((branch) => [branch.name, branch] as const))(
    'a dossier %s',
    async (_name, branch) => {
      await expectEnding(running.get(branch)!, branch);
    },
    120_000,
  );

  it('and not one decision was pushed', async () => {
    const told = (await installation.ledger('onestop')).filter(({ kind }) => kind.startsWith('decision'));
    expect(told).toEqual([]);
    await untilClean(installation, 30_000);
  }, 60_000);
});
