import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StackError, systemCode } from './stack-error';

/** Makes the installation's folder (0700) with its `logs` and `keys`, and tries that it can be read and written.
 *  @throws StackError with a sentence when it cannot */
export function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
    for (const name of ['logs', 'keys']) mkdirSync(join(dataDir, name), { recursive: true, mode: 0o700 });
    readdirSync(dataDir);
    const probe = join(dataDir, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    throw new StackError(sentence(dataDir, systemCode(cause)), { cause });
  }
}

function sentence(dataDir: string, code: string | undefined): string {
  if (code === 'ENOSPC')
    return `The disk is full: make room where ${dataDir} lies, or choose another folder with --data DIR.`;
  if (code === 'ENOTDIR' || code === 'EEXIST') return `${dataDir} is not a folder: choose another one with --data DIR.`;
  return `The data folder ${dataDir} cannot be read and written (${code ?? 'unknown'}): give yourself the rights on it, or choose another folder with --data DIR.`;
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivate(path: string, text: string): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, path);
}

export function writePrivateJson(path: string, value: unknown): void {
  writePrivate(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The JSON of a file, or undefined when there is no such file.
 *  @throws StackError when it is not JSON: a damaged secret is never replaced silently */
export function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new StackError(`${path} is damaged: put back a good copy, or delete it to have a new one made.`, { cause });
  }
}
