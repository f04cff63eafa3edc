const TELLING = /\b(FATAL|PANIC|ERROR|error:|could not|No space left|Exception)\b/;
const MAX_LINES = 4;

/** The lines of a log that tell why a program ended, at most four, in one line: those that speak of an error, else the last ones. */
export function tellingLines(log: string): string {
  const lines = log
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.filter((line) => TELLING.test(line));
  return (telling.length > 0 ? telling : lines).slice(-MAX_LINES).join(' | ');
}
