import { CommanderError } from 'commander';
import { join } from 'node:path';
import { Applications } from './applications-step';
import { busFacts, chooseBus } from './bus-step';
import { clusterLocation } from './cluster-location';
import { prepareDataDir } from './data-dir';
import { isPortTaken } from './free-port';
import { parseOptions, type StackOptions } from './options';
import { sentenceOf, StackError } from './stack-error';
import { StackRun } from './stack-run';
import { endLeftovers } from './stack-state';
import { bringUp } from './bring-up';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
// Whoever read our output may have gone (a closed terminal, a pipe): the stack still has to end in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Brings up the local stack and stays until it is told to end. Exit codes: 0 ended as told, 1 a failure that was said, 2 wrong use. */
async function main(): Promise<number> {
  const options = optionsOrNull();
  if (options === null) return 2;
  if (options === 'help') return 0;
  try {
    const run = await prepare(options);
    await serve(run, options);
    return 0;
  } catch (error) {
    process.stderr.write(`\n${sentenceOf(error, options.dataDir)}\n`);
    return 1;
  }
}

/** Checks what can be checked before anything is started, and clears away what a killed start left. */
async function prepare(options: StackOptions): Promise<StackRun> {
  prepareDataDir(options.dataDir);
  const ended = await endLeftovers(options.dataDir, clusterLocation(options.dataDir));
  if (ended.length > 0) say(`A former start was killed; its leftovers were ended: ${ended.join(', ')}.`);
  if (await isPortTaken(options.port)) {
    throw new StackError(
      `Port ${options.port} is already in use: stop the program that uses it, or choose another one with npm start -- --port N.`,
    );
  }
  const run = new StackRun(options.dataDir, `http://127.0.0.1:${options.port}`);
  run.set({});
  return run;
}

/** @throws what made the run end; returns when it was told to end */
async function serve(run: StackRun, options: StackOptions): Promise<void> {
  const isOver = new Promise<void>((resolve) => run.signal.addEventListener('abort', () => resolve()));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => run.callOff());
  // The launcher was killed: nobody is left who could tell us to end.
  process.on('disconnect', () => run.callOff());
  try {
    await start(run, options);
    await isOver;
  } catch (error) {
    run.callOff(error);
  }
  await run.stopAll((part) => say(`  stopping ${part}`));
  if (run.failure !== undefined) throw run.failure;
}

async function start(run: StackRun, options: StackOptions): Promise<void> {
  const choice = chooseBus(options.bus, busFacts(options.dataDir, process.env));
  say(choice.sentence);
  const supervision = {
    maxDeaths: options.maxDeaths,
    onDeath: say,
    onGiveUp: (sentence: string) => run.callOff(new StackError(sentence)),
  };
  const applications = new Applications(run, process.env, supervision);
  const clusterDir = clusterLocation(options.dataDir);
  await bringUp({ run, options, choice, applications, supervision, clusterDir });
  run.checkGoingOn();
  say(`\nLiên Thông is ready  ${run.baseUrl}`);
  say(
    `  Credentials: ${join(options.dataDir, 'credentials.json')} · logs: ${join(options.dataDir, 'logs')} · Ctrl-C ends everything.`,
  );
}

function optionsOrNull(): StackOptions | 'help' | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 'help' : null;
    throw error;
  }
}

void main().then((code) => process.exit(code));
