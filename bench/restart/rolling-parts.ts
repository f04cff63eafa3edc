import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../apps/cli/stack/free-port';
import { Child } from '../harness/child';
import { argumentsOf, settingsOf } from '../harness/process-settings';
import { until } from '../harness/until';

/** What a running installation says of itself (`stack.json`), read anew at each use. */
export interface RunningStack {
  baseUrl: string;
  pids: Readonly<Partial<Record<string, number>>>;
}

export interface Restarted {
  part: string;
  /** From SIGTERM to the end of the process, ms. */
  drainMs: number;
  /** From SIGTERM until its successor was ready, ms. */
  awayMs: number;
  /** Its own last word: everything under way had come to its end. */
  isDrained: boolean;
}

/** One of several gateways or workers. */
export interface RollingPart {
  name: string;
  /** SIGTERM, its end, a successor with the same settings that is ready.
   *  @throws Error when it has not ended within its limit */
  restart(): Promise<Restarted>;
  stop(): Promise<void>;
}

type Kind = 'gateway' | 'worker';

/** What the product gives a part to come to its end: `DRAIN_MS` of a gateway; a worker's calls under way have 10 s, and 5 s to be settled. */
const DRAIN_LIMIT_MS: Readonly<Record<Kind, number>> = { gateway: 10_000, worker: 15_000 };
const READY_DEADLINE_MS = 60_000;
const READY_TEXT: Readonly<Record<Kind, string>> = { gateway: '"gateway.started"', worker: '"worker.started"' };
const LOOK_MS = 20;

/** A further gateway or worker beside the one of the installation, as on another machine: the same settings, a port and an id of its own. */
export async function startExtra(
  kind: Kind,
  stack: RunningStack,
  logDir: string,
): Promise<RollingPart & { url: string }> {
  const port = await freePort();
  const like = stack.pids[kind] ?? -1;
  // That word says whose processes the installation may end.
  const args = argumentsOf(like).filter((word) => !word.startsWith('--stack='));
  const env = {
    ...settingsOf(like),
    PORT: String(port),
    METRICS_PORT: '0',
    ...(kind === 'worker' ? { WORKER_ID: 'worker-extra' } : {}),
  };
  const logFile = join(logDir, `extra-${kind}.log`);
  const start = (): Promise<Child> => Child.start({ args, env, logFile, readyText: READY_TEXT[kind] });
  let child = await start();
  return {
    name: `extra ${kind}`,
    url: `http://127.0.0.1:${port}`,
    stop: () => child.stop(),
    restart: () =>
      roll({
        kind,
        name: `extra ${kind}`,
        logFile,
        pid: () => child.pid,
        begin: async () => void (child = await start()),
      }),
  };
}

/** The gateway or worker of the installation itself: its supervisor starts the successor. */
export function supervisedPart(kind: Kind, stack: () => RunningStack, logDir: string): RollingPart {
  const logFile = join(logDir, `${kind}.log`);
  const pid = (): number => stack().pids[kind] ?? -1;
  return {
    name: kind,
    stop: async () => undefined,
    restart: () => {
      const [former, starts] = [pid(), countIn(logFile, READY_TEXT[kind])];
      const begin = (): Promise<void> =>
        until(
          () => pid() !== former && countIn(logFile, READY_TEXT[kind]) > starts,
          READY_DEADLINE_MS,
          `successor of the ${kind}`,
          LOOK_MS,
        );
      return roll({ kind, name: kind, logFile, pid, begin });
    },
  };
}

interface Roll {
  kind: Kind;
  name: string;
  logFile: string;
  pid(): number;
  begin(): Promise<void>;
}

async function roll({ kind, name, logFile, pid, begin }: Roll): Promise<Restarted> {
  const former = pid();
  const logged = textOf(logFile).length;
  const startedMs = performance.now();
  process.kill(former, 'SIGTERM');
  await until(() => !isAlive(former), DRAIN_LIMIT_MS[kind], `end of the ${name}`, LOOK_MS);
  const drainMs = performance.now() - startedMs;
  await begin();
  const said = textOf(logFile).slice(logged);
  const isDrained = said.includes(`"${kind}.stopped"`) && !said.includes('drain-cut');
  return { part: name, drainMs, awayMs: performance.now() - startedMs, isDrained };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function textOf(logFile: string): string {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
}

function countIn(logFile: string, text: string): number {
  return textOf(logFile).split(text).length - 1;
}
