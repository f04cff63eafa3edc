import { Pool, type PoolClient, type QueryConfig } from 'pg';
import type { Log } from './log';

/** One open transaction. `query` returns rows; `execute` returns the number of rows touched. */
export interface Tx {
  query<T extends object>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  execute(sql: string, params?: readonly unknown[]): Promise<number>;
}

export interface DatabaseOptions {
  url: string;
  /** Shows in pg_stat_activity; one per pool (http, worker, relay). */
  applicationName: string;
  /** @default 10 connections */
  maxConnections?: number;
  /** @default 30_000 ms */
  statementTimeoutMs?: number;
  /** Role taken on connect; null keeps the login role (the migrator). @default 'lienthong_app' */
  role?: string | null;
}

/** A pool with time-outs, and the one way to open a transaction (STACK §4). No outside call inside `run` (law 9). */
export class Database implements Tx {
  readonly pool: Pool;

  constructor(options: DatabaseOptions, log: Log) {
    const role = options.role === undefined ? 'lienthong_app' : options.role;
    this.pool = new Pool({
      connectionString: options.url,
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 10_000,
      application_name: options.applicationName,
      ...(role ? { options: `-c role=${role}` } : {}),
    });
    // Without a listener an idle connection's death ends the process.
    this.pool.on('error', (error) =>
      log.warn('database.connection-lost', { code: (error as { code?: string }).code ?? 'unknown' }),
    );
  }

  async query<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(statement(sql, params))).rows;
  }

  async execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.pool.query(statement(sql, params))).rowCount ?? 0;
  }

  /** Runs `work` in one READ COMMITTED transaction; rolls back when it throws. */
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    // A server that ends the connection between two statements (idle-in-transaction time-out) reports it here: the next statement
    // fails by itself, but without a listener the process would end.
    const onLost = (): void => undefined;
    client.on('error', onLost);
    try {
      await client.query('begin');
      const result = await work(txOf(client));
      await client.query('commit');
      return result;
    } catch (error) {
      failure = await rollback(client);
      throw error;
    } finally {
      client.off('error', onLost);
      client.release(failure);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Names by statement text, for the life of the process. */
const NAMES = new Map<string, string>();
/** Texts that are put together at run time must not fill the servers' memory with prepared statements. */
const MAX_NAMES = 500;

/** Statements with parameters are prepared once per connection: the hot ones are long, and planning them cost the database more than
 *  running them. Without parameters a text may hold several statements, which cannot be prepared. */
function statement(sql: string, params: readonly unknown[]): QueryConfig {
  if (params.length === 0) return { text: sql };
  const known = NAMES.get(sql);
  if (known !== undefined) return { name: known, text: sql, values: params as unknown[] };
  if (NAMES.size >= MAX_NAMES) return { text: sql, values: params as unknown[] };
  const name = `s${NAMES.size}`;
  NAMES.set(sql, name);
  return { name, text: sql, values: params as unknown[] };
}

function txOf(client: PoolClient): Tx {
  return {
    query: async <T extends object>(sql: string, params: readonly unknown[] = []) =>
      (await client.query<T>(statement(sql, params))).rows,
    execute: async (sql, params = []) => (await client.query(statement(sql, params))).rowCount ?? 0,
  };
}

/** A connection that cannot roll back is broken: it is given back with its error, so that the pool drops it. */
async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
