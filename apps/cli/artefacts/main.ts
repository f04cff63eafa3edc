import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allArtefacts } from './all-artefacts';

/** Writes the generated artefacts, or with `--check` says which of the committed ones are stale (exit code 1). */
async function main(): Promise<void> {
  const root = join(__dirname, '../../../..');
  const isCheck = process.argv.includes('--check');
  const stale: string[] = [];
  for (const { path, content } of await allArtefacts()) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    stale.push(path);
    if (isCheck) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  for (const path of stale) process.stdout.write(`${isCheck ? 'stale' : 'written'}: ${path}\n`);
  if (isCheck && stale.length > 0) process.stdout.write('Run `npm run generate` and commit the result.\n');
  process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
}

void main();
