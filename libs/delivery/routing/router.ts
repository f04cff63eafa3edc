import type { BatchContext, BusRecord } from '#bus';
import { codeOf, isConnectionLost, type Database, type Doorbell } from '#platform';
import { findWaiting } from './routing-store';
import { markBlocked, routeDossiers, type RouteDependencies } from './route-dossiers';

/** Group of the bus in which all routers of an installation share the dossiers. */
export const ROUTER_GROUP = 'router';

export interface RouterOptions extends RouteDependencies {
  db: Database;
  doorbell: Doorbell;
  /** Dossiers in one transaction. @default 100 */
  batchSize?: number;
  /** What has waited so long is routed by the sweeper directly. @default 5_000 ms */
  sweepAfterMs?: number;
  /** The same while nothing comes from the bus: the broker is away, or a group still waits for a member that was killed. @default 500 ms */
  sweepAloneAfterMs?: number;
}

/** Turns facts into duties. Knocked by the bus, swept by itself: a broker that is away slows it down and stops nothing (DESIGN §3). */
export class Router {
  private readonly batchSize: number;

  constructor(private readonly options: RouterOptions) {
    this.batchSize = options.batchSize ?? 100;
  }

  /** Handler of the bus group {@link ROUTER_GROUP}. */
  async handle(batch: readonly BusRecord[], context: BatchContext): Promise<void> {
    const ids = [...new Set(batch.flatMap((record) => (record.dossierId ? [record.dossierId] : [])))];
    for (let start = 0; start < ids.length; start += this.batchSize) {
      // Returning would commit what was not routed: an interrupted batch comes again.
      context.signal.throwIfAborted();
      await this.route(ids.slice(start, start + this.batchSize));
      await context.heartbeat();
    }
  }

  /** Routes what has waited too long; returns how many dossiers it found.
   *  @param isAlone nothing comes from the bus now: nobody else will route it soon */
  async sweep(isAlone = false): Promise<number> {
    const { sweepAfterMs = 5_000, sweepAloneAfterMs = 500, clock } = this.options;
    const before = new Date(clock.now().getTime() - (isAlone ? sweepAloneAfterMs : sweepAfterMs));
    const ids = await findWaiting(this.options.db, before, this.batchSize);
    if (ids.length > 0) await this.route(ids);
    return ids.length;
  }

  /** A batch that fails is routed one by one, so that only the dossier at fault waits. */
  private async route(ids: readonly string[]): Promise<void> {
    const started = performance.now();
    try {
      const result = await this.options.db.run((tx) => routeDossiers(tx, ids, this.options));
      if (result.deliveries > 0) this.options.doorbell.ring('lanes');
      this.options.log.debug('routing.batch', { ...result, durationMs: Math.round(performance.now() - started) });
    } catch (error) {
      if (ids.length === 1 || isWeather(error)) return this.giveUp(ids, error);
      for (const id of ids) await this.route([id]);
    }
  }

  private async giveUp(ids: readonly string[], error: unknown): Promise<void> {
    const id = ids[0];
    if (ids.length > 1 || id === undefined || isWeather(error)) throw error;
    this.options.log.error('routing.blocked', { dossierId: id, code: codeOf(error) });
    await this.options.db.run((tx) => markBlocked(tx, [{ id, code: codeOf(error) }], this.options.syncLog));
  }
}

/** Faults of the moment (connection, time-outs, deadlock, shutdown): the batch comes again as it is. */
function isWeather(error: unknown): boolean {
  const code = codeOf(error);
  return (
    isConnectionLost(error) || /^(08|53|57|58|40|55)/.test(code) || /^E[A-Z]+$/.test(code) || code === 'unexpected'
  );
}
