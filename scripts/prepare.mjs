import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runStep, say } from './terminal.mjs';

const BUILD_VERIFIER = join('scripts', 'build-verifier.mjs');

/** Installs and builds what is missing in the clone at `root`. Two starts from one clone wait for each other. */
export async function prepare(root) {
  const release = await takeLock(root);
  try {
    if (!isInstalled(root)) await install(root);
    const sources = sourceDigest(root);
    const stamp = join(root, 'dist', '.built');
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) {
      const place = { cwd: root, env: environment(root) };
      await runStep('Building', join(root, 'node_modules', '.bin', 'nest'), ['build'], place);
      await runStep('Building the offline verifier', nodeBinary(root), [join(root, BUILD_VERIFIER)], place);
      mkdirSync(join(root, 'dist'), { recursive: true });
      writeFileSync(stamp, sources);
    }
  } finally {
    release();
  }
}

/** Our environment with the tools of the clone first: its `node` is Node 24, whatever runs this script. */
export function environment(root) {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` };
}

/** Node 24 of the clone. */
export function nodeBinary(root) {
  return join(root, 'node_modules', '.bin', 'node');
}

async function install(root) {
  const npm = process.env.npm_execpath;
  const [command, args] = npm && existsSync(npm) ? [process.execPath, [npm]] : ['npm', []];
  // Whatever NODE_ENV says: Node 24 and the compiler are development packages.
  await runStep(
    'Installing packages (about a minute on a normal line)',
    command,
    [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root },
  );
}

/** Whether node_modules holds what package-lock.json asks for: npm keeps its own list of what it installed. */
function isInstalled(root) {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile) || !existsSync(nodeBinary(root))) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  // Optional packages are those of other platforms.
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** Digest of everything that the build reads. Contents, not times: a checkout changes times. */
function sourceDigest(root) {
  const hash = createHash('sha256');
  const files = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'nest-cli.json',
    BUILD_VERIFIER,
  ];
  for (const folder of ['apps', 'libs', 'bench']) files.push(...sourcesBelow(root, folder));
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function sourcesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesBelow(root, path);
      return path.endsWith('.ts') && !path.endsWith('.spec.ts') ? [path] : [];
    });
}

/** One preparation of a clone at a time, across processes. A lock whose holder is gone is taken over. */
async function takeLock(root) {
  const lock = join(tmpdir(), `lienthong-prepare-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
  for (let isFirst = true; ; isFirst = false) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isHeld(lock)) rmSync(lock, { force: true });
    else if (isFirst) say('Another start prepares this clone; waiting for it …');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isHeld(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
