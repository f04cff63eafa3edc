import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const MS_PER_TICK = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).trim());

interface ProcessTimes {
  parent: number;
  ownMs: number;
  /** Of children that have ended and were waited for. */
  endedChildrenMs: number;
}

/** CPU time (user + system) that the process has used so far, ms. Linux: `/proc/<pid>/stat`, proc(5). */
export function cpuMsOf(pid: number): number {
  return timesOf(pid)?.ownMs ?? 0;
}

/** The same with all children, those that ended included: PostgreSQL is a process per connection. */
export function cpuMsOfTree(pid: number): number {
  const times = timesOf(pid);
  if (!times) return 0;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => timesOf(Number(name)))
    .filter((one) => one?.parent === pid);
  return children.reduce((sum, child) => sum + (child?.ownMs ?? 0), times.ownMs + times.endedChildrenMs);
}

/** The same with everything that descends from it, however deep: a process that has ended and was waited for counts with its parent. */
export function cpuMsOfFamily(pid: number): number {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name): [number, ProcessTimes | undefined] => [Number(name), timesOf(Number(name))]),
  );
  const isOfFamily = (member: number): boolean => {
    for (let at = member; at > 1; at = all.get(at)?.parent ?? 0) if (at === pid) return true;
    return false;
  };
  return [...all]
    .filter(([member]) => isOfFamily(member))
    .reduce((sum, [, times]) => sum + (times?.ownMs ?? 0) + (times?.endedChildrenMs ?? 0), 0);
}

/** CPU time that the whole machine has used so far, ms, over all cores. */
export function cpuMsOfMachine(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

function timesOf(pid: number): ProcessTimes | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has ended meanwhile: it no longer counts.
    return undefined;
  }
  // The second field is the name in brackets and may hold blanks; the third is the first after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (number: number): number => Number(fields[number - 3]) * MS_PER_TICK;
  return { parent: Number(fields[1]), ownMs: ticks(14) + ticks(15), endedChildrenMs: ticks(16) + ticks(17) };
}
