import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaseGenerator } from '../../apps/simulators/cases/case-generator';
import { SCENARIOS } from '../../apps/simulators/cases/scenarios';
import { BIRTH_RESULT, DEATH_RESULT } from '../../libs/partners/testing/sample-result';
import { labelledNames, labelsOn, labelsReference, loadLabels, loadPurposes } from '#privacy';

const CONFIG_DIR = join(__dirname, '../../config');
const TODAY = '2026-11-26';

describe('labels of personal data', () => {
  const lists = loadLabels(CONFIG_DIR);

  it('has a label for every leaf of every synthetic dossier, of each kind and scenario', () => {
    const generator = new CaseGenerator(() => Date.UTC(2026, 10, 2, 3), 1);
    const unlabelled = new Set<string>();
    let leaves = 0;
    for (const kind of ['birth', 'death'] as const)
      for (const scenario of SCENARIOS)
        for (const { content, module } of generator.generate({ kind, count: 20, scenario, seed: 7 })) {
          const labels = labelsOn(lists, module, TODAY);
          for (const name of Object.keys(content)) {
            leaves += 1;
            if (labels(name) === undefined) unlabelled.add(`${module} ${name}`);
          }
        }
    expect(leaves).toBeGreaterThan(1_000);
    expect([...unlabelled]).toEqual([]);
  });

  it.each([
    ['KS', BIRTH_RESULT],
    ['KT', DEATH_RESULT],
  ] as const)('has a label for what hộ tịch reports of a %s', (module, { fields }) => {
    const labels = labelsOn(lists, module, TODAY);
    const unlabelled = Object.keys(fields).filter((name) => labels(name) === undefined);
    expect(unlabelled.filter((name) => name !== 'ghiChu')).toEqual([]);
  });

  it.each([
    ['KT', 'nktNguyenNhanChet'],
    ['KT', 'nktNgayChet'],
    ['KS', 'nksNoiSinh'],
    ['KS', 'maGCS'],
    ['KS', 'nksDanToc'],
  ] as const)('calls %s %s sensitive', (module, name) => {
    expect(labelsOn(lists, module, TODAY)(name)?.label).toBe('sensitive');
  });

  it('uses the newest list in force, and the first one before all lists', () => {
    const list = (validFrom: string, kind: 'name' | 'text') => ({
      validFrom,
      basis: 'x',
      KS: { ordinary: { [kind]: ['leaf'] } },
      KT: {},
      result: {},
    });
    const two = [list('2027-01-01', 'text'), list('2026-01-01', 'name')];
    const kindOn = (day: string) => labelsOn(two, 'KS', day)('leaf')?.kind;
    expect([kindOn('2025-06-01'), kindOn('2026-12-31'), kindOn('2027-01-01')]).toEqual(['name', 'name', 'text']);
  });

  it('lists each name under one label', () => {
    for (const { KS, KT, result } of lists)
      for (const names of [KS, KT, result]) {
        const all = labelledNames(names).map(([name]) => name);
        expect(new Set(all).size).toBe(all.length);
      }
  });

  it('is written down in the reference as it is', () => {
    const path = join(__dirname, '../../docs/reference/personal-data.md');
    expect(readFileSync(path, 'utf8')).toBe(labelsReference(lists));
  });
});

describe('purposes', () => {
  it('each name a legal basis in Vietnamese, and one is for requests of persons', () => {
    const { purposes } = loadPurposes(CONFIG_DIR);
    expect(purposes.every(({ legalBasis }) => /Luật|Nghị định/.test(legalBasis))).toBe(true);
    expect(purposes.find(({ id }) => id === 'person-request')).toMatchObject({ sensitive: true, search: true });
  });
});
