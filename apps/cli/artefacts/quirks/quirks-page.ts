import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { QUIRK_FACTS, type QuirkFact } from './quirk-facts';
import { scanTags, type TaggedTest } from './scan-tags';

const HEAD = `# Quirks of the outside systems

Generated from \`apps/cli/artefacts/quirks/quirk-facts.ts\` and from the names of the tests; do not edit. A test that shows how a quirk is met
carries its number at the end of its name: \`[Q10 Q13]\`. A quirk that concerns a connected system and has no test stops the generator.

The numbers are those of the list of oddities that the simulators reproduce (\`apps/simulators/README.md\` names the switches).
`;

/** The simulators show that they have a quirk; only a test outside shows that the gateway meets it. */
const SIMULATORS = 'apps/simulators/';

/** \`docs/reference/quirks.md\`.
 *  @param root folder of the project, whose tests are read
 *  @throws Error with one line for every quirk without a test, unknown number, or file that is not there */
export function quirksPage(root: string): string {
  const tests = scanTags(root);
  const faults = faultsOf(tests, (path) => existsSync(join(root, path)));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const concerned = QUIRK_FACTS.filter((fact) => fact.systems.length > 0);
  const others = QUIRK_FACTS.filter((fact) => fact.systems.length === 0);
  return [
    HEAD,
    ...concerned.map((fact) => section(fact, tests)),
    '## Quirks of systems that are not connected\n',
    ...others.map((fact) => `- **${fact.id}** ${fact.quirk}. ${fact.answer}`),
    '',
  ].join('\n');
}

/** What is wrong with facts and tags together; the generator stops at the first run that has any. */
export function faultsOf(tests: readonly TaggedTest[], exists: (path: string) => boolean): string[] {
  const known = new Set(QUIRK_FACTS.map((fact) => fact.id));
  const shown = new Set(tests.filter((test) => !test.file.startsWith(SIMULATORS)).flatMap((test) => test.quirks));
  return [
    ...tests.flatMap((test) =>
      test.quirks
        .filter((id) => !known.has(id))
        .map((id) => `quirks: ${test.file}: "${test.name}" names ${id}, which is none`),
    ),
    ...QUIRK_FACTS.filter((fact) => fact.systems.length > 0 && !shown.has(fact.id)).map(
      (fact) => `quirks: no test shows how ${fact.id} is met (${fact.quirk})`,
    ),
    ...QUIRK_FACTS.flatMap((fact) =>
      fact.where.filter((path) => !exists(path)).map((path) => `quirks: ${fact.id} names ${path}, which is not there`),
    ),
  ];
}

function section(fact: QuirkFact, tests: readonly TaggedTest[]): string {
  const tagged = tests.filter((test) => test.quirks.includes(fact.id));
  const shows = tagged.filter((test) => !test.file.startsWith(SIMULATORS));
  const reproduces = tagged.filter((test) => test.file.startsWith(SIMULATORS));
  return [
    `## ${fact.id} · ${fact.quirk}\n`,
    `At: ${fact.systems.join(', ')}. ${fact.answer}\n`,
    `In: ${fact.where.map((path) => `[\`${path}\`](../../${path})`).join(', ')}\n`,
    'Shown by:\n',
    ...lines(shows),
    ...(reproduces.length === 0 ? [] : ['\nReproduced by the simulators:\n', ...lines(reproduces)]),
    '',
  ].join('\n');
}

/** One line a file, its tests in their order, each name once. */
function lines(tests: readonly TaggedTest[]): string[] {
  const files = [...new Set(tests.map((test) => test.file))];
  return files.map((file) => {
    const names = new Set(tests.filter((test) => test.file === file).map((test) => test.name));
    return `- \`${file}\`: ${[...names].map((name) => `“${name}”`).join(' · ')}`;
  });
}
