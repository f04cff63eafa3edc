import type { Vault } from '#access';

interface Waiter {
  resolve(bytes: Buffer): void;
  reject(error: unknown): void;
}

/** How long the first asked for waits for company, ms. */
const LINGER_MS = 2;

/** Opens sealed objects; what is asked for within two milliseconds is read with one statement. All couriers of a process share one. */
export class PayloadOpener {
  private readonly asked = new Map<string, Waiter[]>();

  constructor(private readonly vault: Pick<Vault, 'openMany'>) {}

  open(ref: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.asked.size === 0) setTimeout(() => void this.flush(), LINGER_MS);
      const waiters = this.asked.get(ref) ?? [];
      waiters.push({ resolve, reject });
      this.asked.set(ref, waiters);
    });
  }

  private async flush(): Promise<void> {
    const asked = [...this.asked];
    this.asked.clear();
    try {
      const opened = await this.vault.openMany(asked.map(([ref]) => ref));
      asked.forEach(([, waiters], at) => waiters.forEach((waiter) => waiter.resolve(opened[at])));
    } catch (error) {
      if (asked.length === 1) return asked[0][1].forEach((waiter) => waiter.reject(error));
      // One that cannot be opened must not hurt the others: each alone then.
      await Promise.all(asked.map(([ref, waiters]) => this.openAlone(ref, waiters)));
    }
  }

  private async openAlone(ref: string, waiters: readonly Waiter[]): Promise<void> {
    try {
      const [bytes] = await this.vault.openMany([ref]);
      waiters.forEach((waiter) => waiter.resolve(bytes));
    } catch (error) {
      waiters.forEach((waiter) => waiter.reject(error));
    }
  }
}
