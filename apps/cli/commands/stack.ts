import type { Command } from 'commander';
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, EXIT } from '../client/cli-error';
import { printer } from '../output/print';
import { pairsOf } from '../output/table';
import { clusterLocation, removeCluster } from '../stack/cluster-location';
import { readJson } from '../stack/data-dir';
import { isProcess } from '../stack/process-identity';
import { markersOf, statePath, type StackPart, type StackState } from '../stack/stack-state';
import { examples, type GlobalOptions } from './context';

/** `lienthong stack …`: the local installation in the data folder. */
export function addStackCommands(program: Command): void {
  const stack = program.command('stack').description('the local installation that npm start runs');
  stack
    .command('status')
    .description('which parts run')
    .action((_given: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = runningParts(resolve(options.data));
      printer(options.json).show(withoutPassword(found), () => statusText(resolve(options.data), found));
      if (!found.isRunning) process.exitCode = EXIT.no;
    });
  stack
    .command('reset')
    .description('delete everything this installation has stored; it must be stopped')
    .option('--yes', 'really do it')
    .addHelpText('after', examples(['stack reset --yes']))
    .action((given: { yes?: boolean }, command: Command) => {
      const { data, json } = command.optsWithGlobals<GlobalOptions>();
      const dir = resolve(data);
      if (runningParts(dir).isRunning)
        throw new CliError(`Liên Thông still runs from ${dir}: stop it first (Ctrl-C where it was started).`, EXIT.no);
      if (!existsSync(dir)) throw new CliError(`There is no installation in ${dir}.`, EXIT.no);
      if (!given.yes)
        throw new CliError(`This deletes all dossiers, keys and logs in ${dir}. Say it again with --yes.`, EXIT.usage);
      removeCluster(dir);
      rmSync(dir, { recursive: true, force: true });
      printer(json).show({ deleted: dir }, () => `Deleted ${dir}.`);
    });
}

interface Running {
  isRunning: boolean;
  state: StackState | null;
  parts: Partial<Record<StackPart, { pid: number; isRunning: boolean }>>;
}

function runningParts(dir: string): Running {
  const state = readJson<StackState>(statePath(dir)) ?? null;
  const parts: Running['parts'] = {};
  if (!state) return { isRunning: false, state, parts };
  const clusterDir = clusterLocation(dir);
  for (const [part, pid] of Object.entries(state.pids) as [StackPart, number][]) {
    parts[part] = { pid, isRunning: isProcess(pid, markersOf(part, dir, clusterDir)) };
  }
  return { isRunning: parts.stack?.isRunning ?? false, state, parts };
}

/** What is shown may be pasted anywhere; who needs the password reads `stack.json`. */
function withoutPassword({ state, ...found }: Running): Running {
  if (!state) return { ...found, state };
  const databaseUrl = state.databaseUrl?.replace(/^(\w+:\/\/[^:/@]*):[^@]*@/, '$1@') ?? null;
  return { ...found, state: { ...state, databaseUrl } };
}

function statusText(dir: string, { isRunning, state, parts }: Running): string {
  if (!isRunning || !state) return `Nothing runs from ${dir}.`;
  return pairsOf([
    ['gateway', state.baseUrl],
    ['simulators', state.simulatorsUrl],
    ['bus', state.kafkaBrokers ? `Kafka at ${state.kafkaBrokers}` : 'PostgreSQL driver'],
    ...Object.entries(parts).map(
      ([part, one]) => [part, `${one.isRunning ? 'runs' : 'is down'}, process ${one.pid}`] as const,
    ),
  ]);
}
