import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Installation } from './installation';

const PROGRAM = join(__dirname, '../../dist/apps/cli/main.js');

/** What a command came to: its exit code (CONTRACTS §5), and what it printed as JSON. */
interface CommandEnd<T> {
  code: number;
  answer: T | undefined;
}

/** Runs `npx lienthong --json …` against an installation, as an operator or another account would.
 *  @throws the process's error, with what it wrote to stderr, when it does not end with 0 */
export async function lienthong<T>(
  installation: Pick<Installation, 'dataDir'>,
  args: readonly string[],
  as = 'operator',
): Promise<T> {
  return JSON.parse(await run(installation, args, as)) as T;
}

/** As `lienthong`, for a command whose answer may be no. */
export async function lienthongEnd<T>(
  installation: Pick<Installation, 'dataDir'>,
  args: readonly string[],
): Promise<CommandEnd<T>> {
  const { stdout, code } = await run(installation, args, 'operator').then(
    (text) => ({ stdout: text, code: 0 }),
    (failed: { stdout: string; code: number }) => failed,
  );
  return { code, answer: stdout === '' ? undefined : (JSON.parse(stdout) as T) };
}

async function run({ dataDir }: Pick<Installation, 'dataDir'>, args: readonly string[], as: string): Promise<string> {
  const words = [PROGRAM, '--data', dataDir, '--as', as, '--json', ...args];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return (await promisify(execFile)(process.execPath, words, { env, maxBuffer: 64_000_000 })).stdout;
}
