import { cpus } from 'node:os';
import { cpuMsOfFamily, cpuMsOfMachine } from './cpu-time';

/** Part of the machine that others than the bench and what it started have used since this was called, 0 to 1: for a bench whose processes
 *  change while it measures. */
export function watchForeignShare(): () => number {
  const before = reading();
  return () => {
    const after = reading();
    const availableMs = (after.atMs - before.atMs) * cpus().length;
    return Math.max(0, (after.machineMs - before.machineMs - (after.ownMs - before.ownMs)) / availableMs);
  };
}

function reading(): { atMs: number; machineMs: number; ownMs: number } {
  return { atMs: performance.now(), machineMs: cpuMsOfMachine(), ownMs: cpuMsOfFamily(process.pid) };
}
