import { pause } from '#platform';
import { decideRestart } from './restart-policy';
import type { Supervision } from './supervision';

/** A store that runs now. */
export interface RunningServer {
  exited: Promise<string>;
  stop(): Promise<void>;
}

export interface ServerOptions<T extends RunningServer> extends Supervision {
  name: string;
  /** Brings it up on its port with its data, and returns when it answers. Throws when it does not. */
  launch(): Promise<T>;
}

/** PostgreSQL or Kafka of the stack: a production site has an init system that brings them back, here the stack does. A server that
 *  was killed comes back on the same port with the same data; whoever uses it waits meanwhile. */
export class SupervisedServer<T extends RunningServer> {
  private readonly deathsAtMs: number[] = [];
  private readonly stopping = new AbortController();
  private server: T | undefined;
  private reviving: Promise<void> | undefined;

  constructor(private readonly options: ServerOptions<T>) {}

  /** @throws what `launch` throws: a first start that fails is not tried again */
  async start(): Promise<T> {
    const server = await this.options.launch();
    this.watch(server);
    return server;
  }

  /** Returns when it is gone; a launch under way is waited for. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reviving;
    await this.server?.stop();
  }

  private watch(server: T): void {
    this.server = server;
    void server.exited.then((how) => {
      this.server = undefined;
      this.reviving = this.revive(how);
    });
  }

  private async revive(how: string): Promise<void> {
    const { signal } = this.stopping;
    for (let cause = how; !signal.aborted;) {
      const delayMs = this.delayAfter(cause);
      if (delayMs === null) return;
      await pause(delayMs, signal);
      if (signal.aborted) return;
      try {
        return this.watch(await this.options.launch());
      } catch (error) {
        cause = error instanceof Error ? error.message : String(error);
      }
    }
  }

  /** Null when it died too often. */
  private delayAfter(cause: string): number | null {
    const { name, maxDeaths, onDeath, onGiveUp } = this.options;
    this.deathsAtMs.push(performance.now());
    const decision = decideRestart(this.deathsAtMs, maxDeaths);
    if (decision.kind === 'give-up') {
      onGiveUp(`${name} ended ${maxDeaths} times within a minute, the last time with: ${cause}`);
      return null;
    }
    onDeath(`${name} ended (${cause}); it is started again in ${decision.afterMs / 1000} s.`);
    return decision.afterMs;
  }
}
