import { execFileSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { waitUntil } from './wait-until';

/** Command line of a running process, its words joined by blanks; undefined when there is no such process (or only a zombie of it). */
export function commandLineOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  try {
    if (process.platform === 'linux') {
      const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return text === '' ? undefined : text;
    }
    const text = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return text === '' ? undefined : text;
  } catch {
    // No such process: both ways of asking fail, and that is the answer.
    return undefined;
  }
}

/** Whether `pid` runs and is the process that we mean: every marker stands in its command line.
 *  Numbers are used again by the system, so a number alone never justifies a signal. */
export function isProcess(pid: number, markers: readonly string[]): boolean {
  const line = commandLineOf(pid);
  return line !== undefined && markers.every((marker) => holds(line, marker));
}

/** The marker must end where a word or a path segment ends: `/srv/a` is not in `--data /srv/ab`. */
function holds(line: string, marker: string): boolean {
  for (let at = line.indexOf(marker); at !== -1; at = line.indexOf(marker, at + 1)) {
    const next = line.at(at + marker.length);
    if (next === undefined || next === ' ' || next === '/') return true;
  }
  return false;
}

/** Sends the signal; a process that is already gone is no failure. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends a process that carries the markers: `first`, and SIGKILL when it is still there after `graceMs`. Returns whether there was one. */
export async function endProcess(
  pid: number,
  markers: readonly string[],
  first: NodeJS.Signals,
  graceMs: number,
): Promise<boolean> {
  if (!isProcess(pid, markers)) return false;
  signal(pid, first);
  if (await waitUntil(() => !isProcess(pid, markers), graceMs)) return true;
  signal(pid, 'SIGKILL');
  await waitUntil(() => !isProcess(pid, markers), 5_000);
  return true;
}

/** How a child ends: a signal's name, an exit code, or why it could not be spawned (it then has no pid). Never rejects: the listener
 *  keeps a failure to spawn from ending this process. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signalName) => resolve(signalName ?? `exit code ${code}`));
    child.on('error', (error) => resolve(error.message));
  });
}
