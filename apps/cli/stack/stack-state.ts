import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writePrivateJson } from './data-dir';
import { endProcess, isProcess } from './process-identity';
import { StackError } from './stack-error';

/** `DIR/stack.json` (0600), CONTRACTS §5: what runs now. */
export interface StackState {
  baseUrl: string;
  simulatorsUrl: string | null;
  /** `host:port,…`; null on the PostgreSQL bus. */
  kafkaBrokers: string | null;
  databaseUrl: string | null;
  /** `stack` is the supervisor; the others are its children. */
  pids: Partial<Record<StackPart, number>>;
}

export type StackPart = 'stack' | 'worker' | 'simulators' | 'gateway' | 'kafka' | 'postgres';

/** Order in which parts end: who sends comes before who receives. */
export const STOP_ORDER = ['worker', 'simulators', 'gateway', 'kafka', 'postgres'] as const;

export const statePath = (dataDir: string): string => join(dataDir, 'stack.json');

export function writeState(dataDir: string, state: StackState): void {
  writePrivateJson(statePath(dataDir), state);
}

export function clearState(dataDir: string): void {
  rmSync(statePath(dataDir), { force: true });
}

/** Command-line words by which a part of the installation in `dataDir` is known; PostgreSQL as root runs on a cluster elsewhere. */
export function markersOf(part: StackPart, dataDir: string, clusterDir: string): readonly string[] {
  switch (part) {
    case 'stack':
      return ['stack/start.js', dataDir];
    case 'kafka':
      return ['kafka.Kafka', dataDir];
    case 'postgres':
      return ['postgres', clusterDir];
    default:
      return [`apps/${part}/main.js`, dataDir];
  }
}

/** Ends what a killed start left running. A living supervisor is not ended: two on one folder would destroy each other's work.
 *  @returns the parts that were ended
 *  @throws StackError when the installation runs already */
export async function endLeftovers(dataDir: string, clusterDir: string): Promise<StackPart[]> {
  const state = readJson<StackState>(statePath(dataDir));
  if (state === undefined) return [];
  const { stack } = state.pids;
  if (stack !== undefined && stack !== process.pid && isProcess(stack, markersOf('stack', dataDir, clusterDir))) {
    throw new StackError(
      `Liên Thông already runs from ${dataDir} (${state.baseUrl}, process ${stack}): stop it, or choose another folder with --data DIR and another --port.`,
    );
  }
  const ended: StackPart[] = [];
  for (const part of STOP_ORDER) {
    const pid = state.pids[part];
    if (pid === undefined) continue;
    const first = part === 'postgres' ? 'SIGINT' : 'SIGTERM';
    if (await endProcess(pid, markersOf(part, dataDir, clusterDir), first, 10_000)) ended.push(part);
  }
  clearState(dataDir);
  return ended;
}
