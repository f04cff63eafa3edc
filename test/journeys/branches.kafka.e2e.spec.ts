import { untilClean } from '../support/clean-state';
import { Installation } from '../support/installation';
import { expectEnding, startBranch, type Branch, type RunningBranch } from './branches/branch';
import { DATED_BRANCHES } from './branches/dated-branches';
import { END_BRANCHES } from './branches/end-branches';
import { FiledCase } from './branches/filed-case';
import { RESULT_BRANCHES } from './branches/result-branches';
import { SUPPLEMENT_BRANCHES } from './branches/supplement-branches';

const SEED = 20261125;
const ALL = [...SUPPLEMENT_BRANCHES, ...END_BRANCHES, ...RESULT_BRANCHES, ...DATED_BRANCHES];

describe('the branches of both journeys, side by side in one installation', () => {
  let installation: Installation;
  const running = new Map<Branch, RunningBranch>();
  let lifeAndDeath: Promise<FiledCase[]>;

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'kafka']);
    for (const [index, branch] of ALL.entries())
      running.set(branch, await startBranch(installation, branch, SEED + index));
    lifeAndDeath = bornAndDead(installation);
    lifeAndDeath.catch(() => undefined);
  }, 180_000);
  afterAll(() => installation?.remove(), 120_000);

  describe('a dossier', () => {
    it.each(ALL.map((branch) => [branch.name, branch] as const))(
      '%s',
      async (_name, branch) => {
        await expectEnding(running.get(branch)!, branch);
      },
      120_000,
    );
  });

  it('takes a birth and then the death of the same child for two dossiers, and ends both', async () => {
    const cases = await lifeAndDeath;
    const dossiers = await Promise.all(cases.map((one) => one.dossier()));
    expect(dossiers.map((dossier) => dossier?.state)).toEqual(['finished', 'finished']);
    expect(dossiers.map((dossier) => dossier?.procedure)).toEqual(['birth-group', 'death-group']);
    expect(new Set(dossiers.map((dossier) => dossier?.id)).size).toBe(2);
    const names = await Promise.all(cases.map(async (one) => (await one.facts()).content));
    expect(names[1]?.nktHoTen).toBe(names[0]?.nksHoTen);
  }, 120_000);

  it('leave nothing lost, doubled, overtaken, stuck or unexplained', async () => {
    await untilClean(installation, 60_000);
  }, 90_000);
});

/** A live birth that dies: a birth paper, then a death paper (codes-and-statuses.md §5). */
async function bornAndDead(installation: Installation): Promise<FiledCase[]> {
  const [born] = await FiledCase.file(installation, { kind: 'birth' }, { seed: SEED - 1 });
  await born.untilState('registered');
  const { content } = await born.facts();
  const person = {
    nktHoTen: content.nksHoTen,
    nktGioiTinh: content.nksGioiTinh,
    nktNgaySinh: content.nksNgaySinh,
    nktDanToc: content.nksDanToc,
    nktNoiCuTru: content.meNoiCuTru,
    nktLoaiGiayToTuyThan: '',
    nktSoGiayToTuyThan: '',
    nktNgayCapGiayToTuyThan: '',
    nktNoiCapGiayToTuyThan: '',
  };
  const [dead] = await FiledCase.file(installation, { kind: 'death', content: person }, { seed: SEED - 2 });
  for (const one of [born, dead])
    await one.until(async () => {
      const dossier = await one.dossier();
      return dossier?.state === 'finished' && dossier.pendingDeliveries === 0;
    }, 'the end');
  return [born, dead];
}
