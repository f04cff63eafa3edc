import type { Command } from 'commander';
import type { Database } from '#platform';
import { printer, type Printer } from '../output/print';
import type { GlobalOptions } from './context';
import { databaseUrlOf, keyDirOf, onDatabase } from './host-context';

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
    keyDir: keyDirOf(keys, data),
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

/** Runs work on the database of the vault. */
export function onVaultDatabase<T>(command: Command, work: (db: Database) => Promise<T>): Promise<T> {
  const { database, data } = command.optsWithGlobals<GlobalOptions & VaultOptions>();
  return onDatabase({ url: databaseUrlOf(database, data), applicationName: 'lienthong-vault' }, work);
}
