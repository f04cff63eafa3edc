import { HttpException } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { AppError, type Log } from '#platform';
import type { BatchContext, Bus, BusRecord, Subscription } from '../../ports';
import { BusContext } from './bus-context';

export interface BusServerOptions {
  bus: Bus;
  /** Consumer group of all handlers of this server. Two parts that both want every record are two groups and so two servers. */
  group: string;
  log: Log;
}

/** The second argument of `@EventPattern(type, busTransport(group))`: without it Nest gives the handler to every server of the application. */
export function busTransport(group: string): symbol {
  return Symbol.for(`lienthong.bus.${group}`);
}

/** Nest transport strategy over the bus port (STACK §3). `@EventPattern('vn.lienthong.….v1')` gets the records of that type, `@EventPattern('*')` the others.
 *  Each record of a batch is dispatched in order; the batch is committed when all are done. An AppError with the disposition `refuse`, `person` or `bug`,
 *  or a pipe's refusal, keeps its record in bus_rejected and the partition goes on; any other error brings the batch again. */
export class BusServer extends Server implements CustomTransportStrategy {
  /** We await each handler and see its failure: Nest must not log it a second time. */
  override readonly propagatesEventHandlerErrors = true;
  private subscription: Subscription | undefined;

  constructor(private readonly options: BusServerOptions) {
    super();
    this.transportId = busTransport(options.group);
  }

  /** Nest chains two handlers of one pattern, and the failure of one hides the success of the other (trap 2): refused, as request-reply is. */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const name = this.normalizePattern(pattern as string);
    if (!isEventHandler)
      throw new Error(`bus group ${this.options.group}: ${name} is a @MessagePattern, the bus carries events only`);
    if (this.messageHandlers.has(name)) {
      throw new Error(
        `bus group ${this.options.group}: two handlers for ${name}; give the second a consumer group, and so a BusServer, of its own`,
      );
    }
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    this.subscription = this.options.bus.subscribe({
      group: this.options.group,
      handle: (batch, context) => this.handleBatch(batch, context),
    });
    callback();
  }

  async close(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = undefined;
  }

  on(): never {
    throw new Error('the bus server has no events of its own');
  }

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  /** Each dossier's records in their order, the dossiers side by side: a handler may then gather what comes at once into one statement. */
  private async handleBatch(batch: readonly BusRecord[], context: BatchContext): Promise<void> {
    const queues = new Map<string, BusRecord[]>();
    for (const record of batch) {
      const key = record.dossierId ?? record.eventId;
      const queue = queues.get(key);
      if (queue) queue.push(record);
      else queues.set(key, [record]);
    }
    const results = await Promise.allSettled([...queues.values()].map((queue) => this.handleQueue(queue, context)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async handleQueue(queue: readonly BusRecord[], context: BatchContext): Promise<void> {
    for (const record of queue) {
      if (context.signal.aborted) throw new AppError({ code: 'subscription-ended', disposition: 'retry' });
      const handler = this.messageHandlers.get(record.type) ?? this.messageHandlers.get('*');
      if (handler) await this.dispatch(handler, record, context);
      await context.heartbeat();
    }
  }

  private async dispatch(handler: MessageHandler, record: BusRecord, context: BatchContext): Promise<void> {
    try {
      const result: unknown = await handler(record, new BusContext([this.options.group, context.signal]));
      await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
    } catch (error) {
      if (isFlattened(error)) {
        this.options.log.error('bus.filter-missing', { group: this.options.group, type: record.type });
        throw new Error(
          `a handler of ${record.type} failed without BusExceptionFilter: its code and disposition are lost`,
        );
      }
      const reason = whyNever(error);
      if (reason === undefined) throw error;
      await context.reject(record, reason);
    }
  }
}

/** The reason why this record will never be taken, or undefined when it should come again. A pipe that refuses a record throws Nest's 4xx exception. */
function whyNever(error: unknown): string | undefined {
  if (error instanceof AppError) return error.disposition === 'retry' ? undefined : error.code;
  return error instanceof HttpException && error.getStatus() < 500 ? 'validation-failed' : undefined;
}

/** What Nest's own filter makes of an error. */
function isFlattened(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    !(error instanceof Error) &&
    'status' in error &&
    error.status === 'error'
  );
}
