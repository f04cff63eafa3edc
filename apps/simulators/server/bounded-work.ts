/** Runs tasks in their order with at most `concurrency` at a time; a task settles its own errors. */
export class BoundedWork {
  private waiting: (() => Promise<void>)[] = [];
  private head = 0;
  private active = 0;
  private isPaused: boolean;

  constructor(
    private readonly concurrency: number,
    startsPaused = false,
  ) {
    this.isPaused = startsPaused;
  }

  add(task: () => Promise<void>): void {
    this.waiting.push(task);
    this.pump();
  }

  resume(): void {
    this.isPaused = false;
    this.pump();
  }

  stop(): void {
    this.isPaused = true;
    this.waiting = [];
    this.head = 0;
  }

  private pump(): void {
    while (!this.isPaused && this.active < this.concurrency && this.head < this.waiting.length) {
      const task = this.waiting[this.head];
      this.head += 1;
      this.compact();
      this.active += 1;
      void task().finally(() => {
        this.active -= 1;
        this.pump();
      });
    }
  }

  /** A shift per task would copy the whole queue each time. */
  private compact(): void {
    if (this.head < 1024 || this.head * 2 < this.waiting.length) return;
    this.waiting = this.waiting.slice(this.head);
    this.head = 0;
  }
}
