/** Counts events per key in fixed windows. Bounded: above `maxKeys` the oldest windows are forgotten first, so that a flood of
 *  made-up keys costs memory to nobody. */
export class WindowLimiter {
  private readonly windows = new Map<string, { startMs: number; count: number }>();

  constructor(private readonly options: { limit: number; windowMs: number; maxKeys: number }) {}

  /** Milliseconds until the key may be used again; 0 when it may now. Counts nothing. */
  waitMs(key: string, now: Date): number {
    const window = this.current(key, now);
    if (!window || window.count < this.options.limit) return 0;
    return window.startMs + this.options.windowMs - now.getTime();
  }

  /** Counts one event for the key. */
  count(key: string, now: Date): void {
    const window = this.current(key, now) ?? { startMs: now.getTime(), count: 0 };
    window.count += 1;
    this.windows.set(key, window);
    if (this.windows.size > this.options.maxKeys) this.windows.delete(this.windows.keys().next().value as string);
  }

  private current(key: string, now: Date): { startMs: number; count: number } | undefined {
    const window = this.windows.get(key);
    if (!window || now.getTime() - window.startMs < this.options.windowMs) return window;
    this.windows.delete(key);
    return undefined;
  }
}
