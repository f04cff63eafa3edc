import { Socket } from 'node:net';
import { Pool, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import type { Log } from './log';
import { OutageLog } from './outage-log';

/** What is wrong with the number of rows that a statement touched; undefined when nothing is. */
export type RowCheck = (rowCount: number) => Error | undefined;

/** Where a statement can run by itself, in a transaction or not: `query` returns rows, `execute` the number of rows touched. */
export interface Queryable {
  query<T extends object>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  execute(sql: string, params?: readonly unknown[]): Promise<number>;
}

/** One open transaction. */
export interface Tx extends Queryable {
  /** Sends a statement whose answer nobody waits for: what is asked after it runs after it, and the transaction commits only when it
   *  has succeeded (its error is the transaction's), and `check` found nothing wrong. For writes: a round trip less each. */
  send(sql: string, params?: readonly unknown[], check?: RowCheck): void;
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
  /** False for what reads whole tables. @default true */
  plansByKey?: boolean;
}

/** Every statement of a gateway or worker finds its rows by a key, and is prepared once for the life of its connection. What is planned while a
 *  table is new and empty must not read it whole when it is long, and the lengths of arrays are no reason to plan again each time. */
const PLANS_BY_KEY = ['-c enable_seqscan=off', '-c plan_cache_mode=force_generic_plan'];

/** The server ends a statement at its time-out; one that says nothing for longer than that has frozen, or its network has: the statement then
 *  fails here and its connection is given up. */
const SILENCE_MARGIN_MS = 2_000;

/** A pool with time-outs, and the one way to open a transaction (STACK §4). No outside call inside `run` (law 9). */
export class Database implements Queryable {
  readonly pool: Pool;

  constructor(options: DatabaseOptions, log: Log) {
    const role = options.role === undefined ? 'lienthong_app' : options.role;
    const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
    this.pool = new Pool({
      connectionString: options.url,
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + SILENCE_MARGIN_MS,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 10_000,
      application_name: options.applicationName,
      // Statements go out without waiting for the answers before them; `run` relies on it.
      pipeline: true,
      stream: () => new GatheringSocket(),
      options: [...(role ? [`-c role=${role}`] : []), ...(options.plansByKey === false ? [] : PLANS_BY_KEY)].join(' '),
    });
    const outage = new OutageLog(log, 'database', { pool: options.applicationName });
    // Without a listener an idle connection's death ends the process.
    this.pool.on('error', (error) => void outage.failed(error));
    this.pool.on('connect', () => outage.recovered());
  }

  async query<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(statement(sql, params))).rows;
  }

  async execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.pool.query(statement(sql, params))).rowCount ?? 0;
  }

  /** Runs `work` in one READ COMMITTED transaction; rolls back when it or a statement that was only sent fails. */
  async run<T>(work: (tx: Tx) => Promise<T> | T): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    // A server that ends the connection between two statements (idle-in-transaction time-out) reports it here: the next statement
    // fails by itself, but without a listener the process would end.
    const onLost = (): void => undefined;
    client.on('error', onLost);
    const tx = new PipelinedTx(client);
    try {
      tx.send('begin');
      const result = await work(tx);
      await tx.commit();
      return result;
    } catch (error) {
      failure = isSilent(error) ? (error as Error) : await rollback(client);
      throw tx.causeOf(error);
    } finally {
      tx.end();
      client.off('error', onLost);
      client.release(failure);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Statements of one tick leave in one write: each write wakes the server, and a wake-up costs more than a small statement. */
class GatheringSocket extends Socket {
  private isGathering = false;

  override cork(): void {
    super.cork();
    if (this.isGathering) return;
    this.isGathering = true;
    super.cork();
    process.nextTick(() => {
      this.isGathering = false;
      super.uncork();
    });
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

/** PostgreSQL carries out what is sent in order and refuses everything after an error, the commit included. So nothing needs an answer
 *  before the next statement goes out; the error that counts is the first. */
class PipelinedTx implements Tx {
  /** Of the statements that nobody waited for. */
  private firstFailure: Error | undefined;
  private readonly sent: Promise<void>[] = [];
  private isChecked = false;
  private isOver = false;

  constructor(private readonly client: PoolClient) {}

  async query<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return (await this.ask<T>(sql, params)).rows;
  }

  async execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.ask(sql, params)).rowCount ?? 0;
  }

  send(sql: string, params: readonly unknown[] = [], check?: RowCheck): void {
    const answered = this.ask(sql, params)
      .then(({ rowCount }) => check?.(rowCount ?? 0))
      .catch((error: Error) => error)
      .then((failure) => {
        if (failure && !isRefusedAfterError(failure)) this.firstFailure ??= failure;
      });
    this.sent.push(answered);
    this.isChecked ||= check !== undefined;
  }

  /** @throws the first error of a statement that was only sent; PostgreSQL has then rolled back */
  async commit(): Promise<void> {
    // PostgreSQL knows of its own errors; what only a check finds must be known before the commit goes out.
    if (this.isChecked) await this.assertSent();
    const { command } = await this.client.query('commit');
    await this.assertSent();
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a failed statement was passed over');
  }

  /** After an error PostgreSQL refuses whatever else was sent: such a refusal is not what went wrong. */
  causeOf(error: unknown): unknown {
    return isRefusedAfterError(error) ? (this.firstFailure ?? error) : error;
  }

  /** The connection goes back to the pool: what a branch of the work that nobody waited for still asks must not run in the transaction of
   *  another. */
  end(): void {
    this.isOver = true;
  }

  private async ask<T extends object>(sql: string, params: readonly unknown[]): Promise<QueryResult<T>> {
    if (this.isOver) throw new Error('the transaction is over');
    return this.client.query<T>(statement(sql, params));
  }

  private async assertSent(): Promise<void> {
    await Promise.all(this.sent);
    if (this.firstFailure) throw this.firstFailure;
  }
}

function isRefusedAfterError(error: unknown): boolean {
  return (error as { code?: string }).code === '25P02';
}

/** pg's own time-out, which has no code: a rollback would wait as long in vain. */
function isSilent(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
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
