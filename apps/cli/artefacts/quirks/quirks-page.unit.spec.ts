import { QUIRK_FACTS } from './quirk-facts';
import { faultsOf } from './quirks-page';
import { tagsOf, type TaggedTest } from './scan-tags';

const tags = (text: string): (readonly [string, readonly string[]])[] =>
  tagsOf('x.spec.ts', text).map(({ name, quirks }) => [name, quirks]);
/** Written apart, so that this file's own text holds no tag. */
const tag = (ids: string): string => `[${ids}]`;

describe('tags in the names of tests', () => {
  it.each([
    ['a test', `it('renews once ${tag('Q03 Q04')}', async () => {`, ['renews once', ['Q03', 'Q04']]],
    ['a suite', `describe("dates ${tag('Q09')}", () => {`, ['dates', ['Q09']]],
    ['a table', `it.each([[1], [2]])('reads %i ${tag('Q02')}', (n) => {`, ['reads %i', ['Q02']]],
    ['a table over many lines', `  ] as const)(\n    'reads %i ${tag('Q02')}',\n`, ['reads %i', ['Q02']]],
    ['a template', `describe(\`laws, seed \${SEED} ${tag('Q13')}\`, () => {`, ['laws, seed ${SEED}', ['Q13']]],
    ['a row of a table', `    ['waits for the file ${tag('Q19')}', 1],`, ['waits for the file', ['Q19']]],
    ['a named row', `  { name: 'goes on ${tag('Q11')}', steps },`, ['goes on', ['Q11']]],
    ['what a row does', `  what: \`\${nth} push ${tag('Q15')}\`,`, ['${nth} push', ['Q15']]],
    ['an escaped quote', `it('doesn\\'t ${tag('Q01')}', () => {`, ["doesn't", ['Q01']]],
  ])('are read from %s', (_what, text, expected) => {
    expect(tags(text)).toEqual([expected]);
  });

  it.each([
    ['no tag', `it('renews once', () => {`],
    ['a comment', `// it waits ${tag('Q03')}`],
    ['another call', `expect('renews ${tag('Q03')}').toBe(1)`],
  ])('are none in %s', (_what, text) => {
    expect(tags(text)).toEqual([]);
  });

  it.each([
    ['in the middle', `it('renews ${tag('Q03')} once', () => {`],
    ['in round brackets', `it('renews once (${'Q03'})', () => {`],
    ['with a comma', `it('renews once ${tag('Q03, Q04')}', () => {`],
    ['with one digit', `it('renews once ${tag('Q3')}', () => {`],
  ])('are refused %s, with file and name', (_what, text) => {
    expect(() => tags(text)).toThrow(/^x\.spec\.ts: "renews.*write it as/);
  });
});

describe('the page of quirks', () => {
  const shown: TaggedTest[] = [
    {
      file: 'libs/a.unit.spec.ts',
      name: 'meets all',
      quirks: QUIRK_FACTS.filter((fact) => fact.systems.length > 0).map((fact) => fact.id),
    },
  ];

  it('names Q01 to Q45, each once and in their order', () => {
    expect(QUIRK_FACTS.map((fact) => fact.id)).toEqual(
      Array.from({ length: 45 }, (_, index) => `Q${String(index + 1).padStart(2, '0')}`),
    );
  });

  it('has no fault when every quirk of ours has a test', () => {
    expect(faultsOf(shown, () => true)).toEqual([]);
  });

  it('misses a test of each quirk of a connected system, and of no other', () => {
    const faults = faultsOf([], () => true).join('\n');
    expect(faults).toContain('no test shows how Q23 is met');
    expect(faults).not.toContain('Q42');
    expect(faults.split('\n')).toHaveLength(shown[0].quirks.length);
  });

  it('does not take a test of the simulators for one', () => {
    const ofSimulators = shown.map((test) => ({ ...test, file: 'apps/simulators/a.int.spec.ts' }));
    expect(faultsOf(ofSimulators, () => true)).toHaveLength(shown[0].quirks.length);
  });

  it('refuses a number that is none, and a file that is not there', () => {
    const unknown = { file: 'libs/b.unit.spec.ts', name: 'meets', quirks: ['Q46'] };
    expect(faultsOf([...shown, unknown], () => true)).toEqual([
      'quirks: libs/b.unit.spec.ts: "meets" names Q46, which is none',
    ]);
    expect(faultsOf(shown, (path) => path !== 'config/units.yaml')).toEqual([
      'quirks: Q28 names config/units.yaml, which is not there',
      'quirks: Q37 names config/units.yaml, which is not there',
    ]);
  });
});
