/** A map that forgets the oldest entry above `maxEntries`, and gives none out after `maxAgeMs`. Aged entries leave memory when another
 *  one comes in, whether somebody asks for them or not. */
export class BoundedCache<V> {
  /** In the order of their age, oldest first. */
  private readonly entries = new Map<string, { value: V; at: number }>();

  constructor(
    private readonly maxEntries: number,
    private readonly maxAgeMs: number,
  ) {}

  get(key: string, now: Date): V | undefined {
    const entry = this.entries.get(key);
    return entry && now.getTime() - entry.at < this.maxAgeMs ? entry.value : undefined;
  }

  set(key: string, value: V, now: Date): void {
    this.entries.delete(key);
    this.entries.set(key, { value, at: now.getTime() });
    for (const [oldest, { at }] of this.entries) {
      if (this.entries.size <= this.maxEntries && now.getTime() - at < this.maxAgeMs) return;
      this.entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  get size(): number {
    return this.entries.size;
  }
}
