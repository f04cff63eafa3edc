import { readFileSync } from 'node:fs';

/** The environment that a running process was started with. Linux: `/proc/<pid>/environ`, proc(5). */
export function settingsOf(pid: number): Record<string, string> {
  const lines = wordsOf(pid, 'environ').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** Its words after the program: flags of Node, script, arguments. Linux: `/proc/<pid>/cmdline`, proc(5). */
export function argumentsOf(pid: number): string[] {
  return wordsOf(pid, 'cmdline').slice(1, -1);
}

function wordsOf(pid: number, file: 'environ' | 'cmdline'): string[] {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
}
