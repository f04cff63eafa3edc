import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allArtefacts, GENERATED_FOLDERS } from './all-artefacts';
import { compareArtefacts, type ArtefactDifferences } from './compare-artefacts';

/** The project: this file runs as dist/apps/cli/artefacts/main.js. */
const ROOT = join(__dirname, '../../../..');

/** Writes the generated artefacts, or with `--check` says which of the committed ones are stale (exit code 1). */
async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const differences = compareArtefacts(ROOT, await allArtefacts(version, ROOT), GENERATED_FOLDERS);
  if (process.argv.includes('--check')) report(differences);
  else write(differences);
}

function report({ stale, left }: ArtefactDifferences): void {
  const lines = [...stale.map(({ path }) => `stale: ${path}`), ...left.map((path) => `no longer generated: ${path}`)];
  if (lines.length === 0) return;
  process.stdout.write(`${lines.join('\n')}\nRun \`npm run generate\` and commit the result.\n`);
  process.exitCode = 1;
}

function write({ stale, left }: ArtefactDifferences): void {
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
    process.stdout.write(`written: ${path}\n`);
  }
  for (const path of left) {
    rmSync(join(ROOT, path));
    process.stdout.write(`removed: ${path}\n`);
  }
}

main().catch((error: unknown) => {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
