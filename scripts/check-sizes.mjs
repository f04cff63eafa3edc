// No file over 500 lines, generated files excepted (STYLE "Size"). Looks at what git tracks or would track; elsewhere at every file below the folder.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAX_LINES = 500;
const CODE = /\.(ts|tsx|mts|mjs|cjs|js|sql|ya?ml|css|html)$/;
const GENERATED = /(^|\/)(node_modules|dist|generated|docs\/reference)\/|package-lock\.json$/;

const tooLong = filesOf(process.cwd())
  .filter((file) => CODE.test(file) && !GENERATED.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > MAX_LINES);

for (const { file, lines } of tooLong) console.log(`${file}: ${lines} lines, at most ${MAX_LINES}`);
process.exitCode = tooLong.length > 0 ? 1 : 0;

function filesOf(folder) {
  const git = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (git.status === 0) return git.stdout.split('\n').filter((file) => file !== '' && existing(file));
  return walk('.');
}

function existing(file) {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return GENERATED.test(`${path}/`) || entry.name.startsWith('.') ? [] : walk(path);
    return [path];
  });
}
