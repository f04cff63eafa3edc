import { spawn } from 'node:child_process';

const HEARTBEAT_MS = 10_000;

/** Prints one line. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Runs a command whose output is shown as it comes, with the elapsed seconds every 10 s of silence and at the end.
 *  @throws Error with a sentence when it fails */
export async function runStep(title, command, args, options = {}) {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  say(`${title} …`);
  const heartbeat = setInterval(() => say(`  ${title}: ${seconds()} s so far`), HEARTBEAT_MS);
  try {
    const code = await exitCodeOf(spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }));
    if (code !== 0) throw new Error(`${title} failed (exit code ${code}); the lines above say why.`);
  } finally {
    clearInterval(heartbeat);
  }
  say(`  done after ${seconds()} s`);
}

/** Exit code of a child; 128 + n when a signal ended it is not told apart: it is 1.
 *  @throws Error when it could not be started */
export function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${child.spawnfile} could not be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code) => resolve(code ?? 1));
  });
}
