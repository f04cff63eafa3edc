import type { Command } from 'commander';
import { join, resolve } from 'node:path';
import { AppError, codeOf, isConnectionLost, type Database } from '#platform';
import { CliError, EXIT } from '../client/cli-error';
import { printer, type Printer } from '../output/print';
import { readJson } from '../stack/data-dir';
import { statePath, type StackState } from '../stack/stack-state';
import type { GlobalOptions } from './context';

/** Options of the commands that work on keys and database themselves, beside the gateway. */
interface VaultOptions {
  keys?: string;
  database?: string;
  objects?: string;
}

export interface VaultContext {
  keyDir: string;
  /** OBJECT_DIR; null where large objects lie in PostgreSQL. */
  objectDir: string | null;
  print: Printer;
}

/** Which installation is meant: options win, then KEY_DIR and OBJECT_DIR, then the folder of `--data`. */
export function vaultContextOf(command: Command): VaultContext {
  const { keys, objects, data, json } = command.optsWithGlobals<GlobalOptions & VaultOptions>();
  return {
    keyDir: keys ?? (process.env.KEY_DIR || join(resolve(data), 'keys')),
    objectDir: objects ?? (process.env.OBJECT_DIR || null),
    print: printer(json),
  };
}

/** Adds the options that name keys and database. */
export function withVaultOptions(command: Command): Command {
  return command
    .option('--keys <dir>', 'folder with master.key; else KEY_DIR, else that of the installation in --data')
    .option('--database <url>', 'the database; else DATABASE_URL, else that of the installation in --data');
}

/** Runs work on the database, and says what a person can act on as a sentence. */
export async function onDatabase<T>(command: Command, work: (db: Database) => Promise<T>): Promise<T> {
  const { Database: Pool, silentLog } = await import('#platform');
  const db = new Pool(
    { url: databaseUrlOf(command), applicationName: 'lienthong-vault', maxConnections: 2 },
    silentLog,
  );
  try {
    return await orSay(() => work(db));
  } finally {
    await db.close();
  }
}

/** What a person can act on becomes a sentence and an exit code. */
export async function orSay<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw new CliError(`${error.message}.`, EXIT.no);
    if (isConnectionLost(error))
      throw new CliError(
        `The database cannot be reached (${codeOf(error)}). Is it running? Start it with npm start.`,
        EXIT.unreachable,
      );
    if (codeOf(error) === LOCK_TIMEOUT)
      throw new CliError('Long transactions were in the way. Nothing was changed: try again.', EXIT.no);
    throw error;
  }
}

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = '55P03';

function databaseUrlOf(command: Command): string {
  const { database, data } = command.optsWithGlobals<GlobalOptions & VaultOptions>();
  const url = database ?? (process.env.DATABASE_URL || readJson<StackState>(statePath(resolve(data)))?.databaseUrl);
  if (url) return url;
  const hint = 'start it with npm start, or name a database with --database URL or DATABASE_URL';
  throw new CliError(`Nothing runs from ${resolve(data)}: ${hint}.`, EXIT.unreachable);
}
