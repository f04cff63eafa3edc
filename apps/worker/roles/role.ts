/** One thing a worker runs; `stop` resolves when its work under way is done. */
export interface Role {
  name: string;
  start(): void | Promise<void>;
  stop(): Promise<void>;
}
