/** All delays of the process, so that stopping leaves none behind. */
export class Timers {
  private readonly pending = new Set<NodeJS.Timeout>();
  private isStopped = false;

  after(delayMs: number, run: () => void): void {
    if (this.isStopped) return;
    const timer = setTimeout(() => {
      this.pending.delete(timer);
      run();
    }, delayMs);
    this.pending.add(timer);
  }

  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.pending) clearTimeout(timer);
    this.pending.clear();
  }
}
