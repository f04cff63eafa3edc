import { BaseRpcContext } from '@nestjs/microservices';

/** Second argument of an `@EventPattern<string>(…)` method (`@Ctx()`; without the type argument Nest 12 types it as unknown). */
export class BusContext extends BaseRpcContext<[group: string, signal: AbortSignal]> {
  /** Consumer group of the server that dispatches. */
  get group(): string {
    return this.getArgs()[0];
  }

  /** Aborted when the server stops or the partition was taken away. */
  get signal(): AbortSignal {
    return this.getArgs()[1];
  }
}
