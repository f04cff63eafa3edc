import { SCENARIOS } from '../../apps/simulators/cases/scenarios';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { until } from '../support/until';

interface Pack {
  scenario: string;
  codes: string[];
}

const CASES_OF_A_KIND = 4;
const SEED = Number(process.env.SEED ?? 6_700);
const [PERSON, QUARANTINED] = ['with-registry, a person is called', 'in quarantine'];

/** How four cases of a kind end, in their order; of packs that are not named, all are finished. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  refusal: Array<string>(CASES_OF_A_KIND).fill('refused'),
  'catalogue-mismatch': Array<string>(CASES_OF_A_KIND).fill(PERSON),
  'poison-first': [QUARANTINED, 'finished', 'finished', 'finished'],
};
/** The first push of the fourth meets a registry with another catalogue, unless that call ended at a dead token before it was looked at. */
const MAY_CALL_A_PERSON = { scenario: 'two-level-reform', index: 3 };

/** Ten files of 5 MB each have tests and a bench of their own. */
const PACKS = SCENARIOS.filter((scenario) => scenario !== 'large-files');

/** On top of each pack: the portal shows a dossier, and takes its progress, only after a second call (Q38). */
const TWO_CALLS = { system: 'dvcqg', operation: 'DongBoHoSoMC', switch: 'twoCallSync' };

/** All at once: what goes wrong in one disturbs none of the others. */
describe('the scenario packs of the simulators, side by side in one installation', () => {
  let installation: Installation;
  let ends: ReadonlyMap<string, string[]>;

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
    await installation.fault([TWO_CALLS]);
    const packs: Pack[] = [];
    for (const [number, scenario] of PACKS.entries()) {
      const kinds = scenario === 'twins' ? (['birth'] as const) : (['birth', 'death'] as const);
      for (const kind of kinds) {
        const codes = await installation.fileCases(kind, CASES_OF_A_KIND, SEED + number, scenario);
        packs.push({ scenario: `${scenario} ${kind}`, codes });
      }
    }
    ends = await endsOf(packs);
  }, 400_000);
  afterAll(() => installation?.remove(), 120_000);

  async function endsOf(packs: readonly Pack[]): Promise<ReadonlyMap<string, string[]>> {
    let found: [string, string[]][] = [];
    await until(
      async () => {
        found = await Promise.all(
          packs.map(
            async ({ scenario, codes }) => [scenario, await Promise.all(codes.map(endOf))] as [string, string[]],
          ),
        );
        return found.every(([, states]) => !states.includes('under way'));
      },
      240_000,
      () => `the end of all packs: ${JSON.stringify(found.filter(([, states]) => states.includes('under way')))}`,
    );
    return new Map(found);
  }

  async function endOf(code: string): Promise<string> {
    const dossier = await installation.dossier(code);
    if (dossier !== undefined) return nameOf(dossier);
    const { items } = (await installation.get<{ items: { codes: { dvclt?: string } }[] }>('/quarantine?limit=200'))!;
    return items.some(({ codes }) => codes.dvclt === code) ? QUARANTINED : 'under way';
  }

  it.each(PACKS)('%s ends as it should, at a portal that needs two calls [Q38]', (scenario) => {
    const expected = ENDS[scenario] ?? Array<string>(CASES_OF_A_KIND).fill('finished');
    for (const kind of scenario === 'twins' ? ['birth'] : ['birth', 'death']) {
      const found = [...ends.get(`${scenario} ${kind}`)!];
      if (scenario === MAY_CALL_A_PERSON.scenario && found[MAY_CALL_A_PERSON.index] === PERSON)
        found[MAY_CALL_A_PERSON.index] = 'finished';
      expect(found).toEqual(expected);
    }
  });

  it('leaves nothing lost, doubled, out of order or unexplained', () => untilClean(installation, 30_000), 60_000);
});

function nameOf({ state, attention, pendingDeliveries }: DossierAnswer): string {
  if (attention) return `${state}, a person is called`;
  return pendingDeliveries === 0 && ['finished', 'refused'].includes(state) ? state : 'under way';
}
