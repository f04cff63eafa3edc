import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process now, and the most since the last `forgetPeak`. Bytes. Linux: `/proc/<pid>/status`, proc(5). */
export function memoryOf(pid: number): { residentBytes: number; peakBytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  return { residentBytes: field('VmRSS'), peakBytes: field('VmHWM') };
}

/** The peak counts from now on. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
