import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Installation } from './installation';

const PROGRAM = join(__dirname, '../../dist/apps/cli/main.js');

/** Runs `npx lienthong --json …` against an installation, as an operator or another account would.
 *  @throws the process's error, with what it wrote to stderr, when it does not end with 0 */
export async function lienthong<T>(
  installation: Pick<Installation, 'dataDir'>,
  args: readonly string[],
  as = 'operator',
): Promise<T> {
  const words = ['--data', installation.dataDir, '--as', as, '--json', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words], { maxBuffer: 64_000_000 });
  return JSON.parse(stdout) as T;
}
