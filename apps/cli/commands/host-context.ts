import { join, resolve } from 'node:path';
import type { Database } from '#platform';
import { CliError, EXIT } from '../client/cli-error';
import { readJson } from '../stack/data-dir';
import { asOwner } from '../stack/database-secrets';
import { statePath, type StackState } from '../stack/stack-state';

/** Commands that work on keys and database themselves, on the machine that has them, beside the gateway. Options win, then variables, then the
 *  installation in `--data`. */
export function keyDirOf(given: string | undefined, data: string): string {
  return given ?? (process.env.KEY_DIR || join(resolve(data), 'keys'));
}

/** The database, as the application logs in. @throws CliError when nothing names one */
export function databaseUrlOf(given: string | undefined, data: string): string {
  const url = given ?? (process.env.DATABASE_URL || readJson<StackState>(statePath(resolve(data)))?.databaseUrl);
  if (url) return url;
  const hint = 'start it with npm start, or name a database with --database URL or DATABASE_URL';
  throw new CliError(`Nothing runs from ${resolve(data)}: ${hint}.`, EXIT.unreachable);
}

/** The same as the user that owns it. */
export function ownerDatabaseUrlOf(given: string | undefined, data: string): string {
  const named = given ?? (process.env.MIGRATOR_DATABASE_URL || undefined);
  if (named !== undefined) return named;
  const url = databaseUrlOf(undefined, data);
  // The owner's password of this folder is that of the database that was brought up from it.
  return process.env.DATABASE_URL ? url : (asOwner(resolve(data), url) ?? url);
}

interface HostDatabase {
  url: string;
  applicationName: string;
  /** Null keeps the rights of the login. @default those of the application */
  role?: null;
  statementTimeoutMs?: number;
  plansByKey?: boolean;
}

/** Runs work on the database, and says what a person can act on as a sentence. */
export function onDatabase<T>(options: HostDatabase, work: (db: Database) => Promise<T>): Promise<T> {
  return orSay(async () => {
    const { Database: Pool, silentLog } = await import('#platform');
    const db = new Pool({ maxConnections: 3, ...options }, silentLog);
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  });
}

/** What a person can act on becomes a sentence and an exit code. */
export async function orSay<T>(work: () => T | Promise<T>): Promise<T> {
  const { AppError, codeOf, isConnectionLost, isHeldByOthers } = await import('#platform');
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw new CliError(`${error.message} (${error.code}).`, EXIT.no);
    if (isConnectionLost(error))
      throw new CliError(
        `The database cannot be reached (${codeOf(error)}). Is it running? Start it with npm start.`,
        EXIT.unreachable,
      );
    if (isHeldByOthers(error))
      throw new CliError('Long transactions were in the way. Nothing is lost: run it again.', EXIT.no);
    throw error;
  }
}
