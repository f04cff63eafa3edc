import type { Command } from 'commander';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { CliError, EXIT } from '../client/cli-error';
import { printer } from '../output/print';
import { examples, type GlobalOptions } from './context';

/** How long answers under way may take when the witness is told to end. */
const LAST_ANSWERS_MS = 2_000;

interface ServeOptions {
  port: string;
  host: string;
  name?: string;
}

/** `lienthong witness …`: run by a second agency, on its own machine, without a database. */
export function addWitnessCommands(program: Command): void {
  const witness = program
    .command('witness')
    .description('a witness of sync logs: it signs that they only grow (C2SP tlog-witness)')
    .addHelpText(
      'after',
      examples([
        'witness serve --data /var/lib/witness --port 8080 --name witness.agency.example',
        'witness add-log --data /var/lib/witness "gateway.example/synclog+75205df1+AddamAGC…"',
        'witness key --data /var/lib/witness',
      ]),
    );
  addServe(witness);
  witness
    .command('add-log <vkey>')
    .description('trusts a log from now on, by its verifier key; also while the witness serves')
    .action(async (vkey: string, _given: object, command: Command) => {
      const { FileWitnessStore, trustLog } = await import('#synclog');
      const dir = dirOf(command);
      const origin = await orSay(() => trustLog(new FileWitnessStore(dir), vkey));
      print(command, { origin }, () => `${origin} is trusted.`);
    });
  addKeyCommands(witness);
  witness
    .command('key')
    .description('prints the verifier key of this witness, for the administrators of the logs')
    .action(async (_given: object, command: Command) => {
      const { fileWitnessKey } = await import('#synclog');
      const key = await orSay(() => fileWitnessKey(dirOf(command)));
      if (key === undefined) throw new CliError('There is no key yet: it is made by the first start.', EXIT.no);
      print(command, { vkey: key.vkey }, () => key.vkey);
    });
}

/** For a log that has got another key. */
function addKeyCommands(witness: Command): void {
  witness
    .command('add-key <vkey>')
    .description(
      'trusts a further key of a log that is known, which has replaced the one before; also while the witness serves',
    )
    .option('--keys <file>', 'the log’s /synclog/keys: does a statement lead to this key? Else your own word counts')
    .action(async (vkey: string, { keys }: { keys?: string }, command: Command) => {
      const { FileWitnessStore, trustNextKey } = await import('#synclog');
      const store = new FileWitnessStore(dirOf(command));
      const chain = keys === undefined ? undefined : textIn(keys);
      const origin = await orSay(() => trustNextKey(store, vkey, chain));
      print(command, { origin }, () => `${origin} is trusted with this key, too.`);
    });
  witness
    .command('forget-key <vkey>')
    .description('trusts a key of a log no more: one that the log has replaced; the last one stays')
    .action(async (vkey: string, _given: object, command: Command) => {
      const { FileWitnessStore, forgetKey } = await import('#synclog');
      const store = new FileWitnessStore(dirOf(command));
      const origin = await orSay(() => forgetKey(store, vkey));
      print(command, { origin }, () => `The key is trusted for ${origin} no more.`);
    });
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CliError(`${file} cannot be read.`, EXIT.usage);
  }
}

function addServe(witness: Command): void {
  witness
    .command('serve')
    .description('cosigns checkpoints over HTTP until it is told to end; makes its key at the first start')
    .requiredOption('--port <number>', 'port; 0 takes a free one')
    .option('--host <address>', 'address that it listens on', '127.0.0.1')
    .option('--name <name>', 'name of the witness, for good: at the first start only')
    .action(async ({ port, host, name }: ServeOptions, command: Command) => {
      const { jsonLog, systemClock } = await import('#platform');
      const { ensureWitnessKey, fileWitnessKey, FileWitnessStore, witnessServer } = await import('#synclog');
      const dir = dirOf(command);
      const cosigner = await orSay(() => {
        if (name !== undefined) ensureWitnessKey(dir, name);
        return fileWitnessKey(dir);
      });
      if (cosigner === undefined) throw new CliError('At the first start --name is needed.', EXIT.usage);
      if (name !== undefined && name !== cosigner.name)
        throw new CliError(`The witness in ${dir} is called ${cosigner.name}, for good.`, EXIT.usage);
      const store = new FileWitnessStore(dir);
      store.forgetDrafts();
      const log = jsonLog('witness');
      const server = witnessServer({ cosigner, store, clock: systemClock, log });
      server.listen(portOf(port), host);
      await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
        throw new CliError(`It cannot listen on ${host}:${port} (${cause.code ?? 'unknown'}).`, EXIT.no);
      });
      log.info('witness.started', { vkey: cosigner.vkey, host, port: (server.address() as AddressInfo).port });
      await toldToEnd();
      const closed = once(server, 'close');
      server.close();
      // One that asks for nothing must not hold up the end.
      setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref();
      await closed;
      log.info('witness.stopped');
    });
}

function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve());
  });
}

/** A witness never stands in the folder of the installation that it watches: `--data` has to be given. */
function dirOf(command: Command): string {
  if (command.getOptionValueSourceWithGlobals('data') !== 'cli')
    throw new CliError('--data names the folder of the witness.', EXIT.usage);
  return command.optsWithGlobals<{ data: string }>().data;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CliError('--port must be a whole number from 0 to 65535.', EXIT.usage);
}

function print(command: Command, value: unknown, text: () => string): void {
  printer(command.optsWithGlobals<GlobalOptions>().json).show(value, text);
}

/** What a person can act on becomes a sentence. */
async function orSay<T>(work: () => T): Promise<T> {
  const { AppError } = await import('#platform');
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) throw new CliError(`${error.message}.`, EXIT.no);
    if (error instanceof TypeError) throw new CliError(`${error.message}.`, EXIT.usage);
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new CliError(
        'Another process writes there, or was killed when it did: (re)start the witness, then try again.',
        EXIT.no,
      );
    throw error;
  }
}
