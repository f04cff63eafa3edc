/** Processes and folders that must not outlive the bench, whichever way it ends. */
export class OpenThings {
  private readonly closers: (() => Promise<void>)[] = [];

  /** @returns a function that closes it now; it is closed once */
  add(close: () => Promise<void>): () => Promise<void> {
    this.closers.push(close);
    return async () => {
      const at = this.closers.indexOf(close);
      if (at === -1) return;
      this.closers.splice(at, 1);
      await close();
    };
  }

  /** Last opened first. */
  async closeAll(): Promise<void> {
    for (let close = this.closers.pop(); close; close = this.closers.pop()) await close();
  }
}
