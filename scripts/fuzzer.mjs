import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const REQUIREMENTS = join('test', 'attacks', 'fuzzer-requirements.txt');
/** The oldest Python that Schemathesis runs on. */
const PROBE = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 11) else 1)';
const INSTALL_MS = 180_000;

/** Puts Schemathesis, pinned by digests, into a Python environment in the user's cache folder; once for each list of requirements.
 *  @returns the environment's Python, or why there is none: the fuzz run is optional, the product needs no Python */
export function prepareFuzzer(root) {
  const requirements = join(root, REQUIREMENTS);
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'lienthong');
  const home = join(cache, `fuzzer-${digest}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return { python, missing: null };
  const missing = install({ requirements, cache, home });
  return missing === null ? { python, missing } : { python: null, missing };
}

/** Made beside its place and moved there whole: what was broken off is never taken for complete. @returns what is missing, or null */
function install({ requirements, cache, home }) {
  if (spawnSync('python3', ['-c', PROBE], { stdio: 'ignore' }).status !== 0)
    return 'Python 3.11 or newer with venv is missing';
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'fuzzer-draft-'));
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    const isThere =
      ran('python3', ['-m', 'venv', draft]) &&
      ran(join(draft, 'bin', 'python'), [...pip, '--require-hashes', '-r', requirements]);
    if (!isThere) return 'its Python packages could not be installed';
    if (!existsSync(home)) renameSync(draft, home);
    return null;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function ran(program, args) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: INSTALL_MS }).status === 0;
}
