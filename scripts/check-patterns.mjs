// No regular expression that a long text could hold up (ReDoS): matching takes a time in proportion to the text's length, proved from the
// pattern's automaton. Looks at all sources that meet what others have written, or at the files that it is given.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import recheck from 'recheck';
import ts from 'typescript';

/** What runs beside nobody else: a proof of some hundred patterns in this process. */
process.env.RECHECK_SYNC_BACKEND = 'pure';
const PROOF_MS = 10_000;
/** The simulators meet nothing that a stranger sends to the product. */
const FOLDERS = ['libs', 'apps/gateway', 'apps/worker', 'apps/cli', 'apps/verifier'];

/** Patterns that the proof does not reach, and why they are harmless all the same. */
const LOOKED_AT = new Map([
  [String.raw`/\/+$/`, 'addresses of our own settings and configuration files only'],
  [String.raw`/^\/+|\/+$/g`, 'paths of our own decorators, at the start'],
  [String.raw`/(?<![.:/-])[.:/-]+$/`, 'begins only where a run begins: each run is gone through once'],
  [String.raw`/(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/`, 'begins only where a run of backslashes begins'],
  [String.raw`/(?<!\\)(?:\\\\)*\\ud[89a-f]/`, 'begins only where a run of backslashes begins'],
  [String.raw`/(\p{M}{30})\p{M}+/gu`, 'at most 30 marks are looked through again before it takes the whole run'],
  [
    String.raw`/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g`,
    'our own files; the middle ends at the first dash, with which the next beginning begins',
  ],
]);
/** Read our own tests, for a page of the documentation. */
const OWN_TESTS = 'apps/cli/artefacts/quirks/';

const given = process.argv.slice(2);
const files = given.length > 0 ? given : FOLDERS.flatMap(sourcesBelow);
const places = new Map();
for (const file of files)
  for (const literal of literalsOf(readFileSync(file, 'utf8')))
    places.set(literal, [...(places.get(literal) ?? []), file]);

const slow = [...places]
  .filter(([literal]) => !LOOKED_AT.has(literal))
  .map(([literal, where]) => [literal, where, whyNotLinear(literal)]);
const told = slow.filter(([, , why]) => why !== null);
for (const [literal, where, why] of told) console.log(`${where.join(', ')}: ${literal} ${why}`);
const gone = given.length > 0 ? [] : [...LOOKED_AT.keys()].filter((literal) => !places.has(literal));
for (const literal of gone) console.log(`${literal} is excused and stands nowhere any more`);
console.log(`${places.size} patterns, ${told.length} of them not proved to be linear`);
process.exitCode = told.length + gone.length > 0 ? 1 : 0;

function sourcesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((file) => file.endsWith('.ts') && !/\.(spec|contract)\.ts$|\/testing\//.test(file))
    .filter((file) => !file.startsWith(OWN_TESTS));
}

/** Literals as they stand, with slashes and flags. */
function literalsOf(source) {
  const found = [];
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.ES2023));
  return found;
}

function whyNotLinear(literal) {
  const end = literal.lastIndexOf('/');
  const options = { checker: 'automaton', timeout: PROOF_MS };
  const found = recheck.checkSync(literal.slice(1, end), literal.slice(end + 1), options);
  if (found.status === 'safe') return null;
  return found.status === 'vulnerable'
    ? `may take ${found.complexity.summary} time`
    : `could not be judged (${found.error.kind})`;
}
