const WORDS = 4;
/** Bytes of an id. */
export const ID_BYTES = 16;

/** Finds ids that stand in a log twice, in 24 to 32 bytes an entry: a Set of texts would not hold a log of ten million. Open addressing. */
export class IdIndex {
  private readonly words: Uint32Array;
  /** Entry + 1; 0 = free. */
  private readonly slots: Uint32Array;

  /** @param size entries of the log
   *  @param seed a number that who made the log cannot know: ids that all want the same slot cannot be chosen */
  constructor(
    size: number,
    private readonly seed: number,
  ) {
    this.words = new Uint32Array(size * WORDS);
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(size * 2 + 1)));
  }

  /** @param id 16 bytes as four words
   *  @returns the earlier entry with this id */
  add(leaf: number, id: Uint32Array): number | undefined {
    const mask = this.slots.length - 1;
    let slot = this.mixed(id) & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const other = this.slots[slot] - 1;
      if (this.isAt(other, id)) return other;
    }
    this.words.set(id, leaf * WORDS);
    this.slots[slot] = leaf + 1;
    return undefined;
  }

  private mixed(id: Uint32Array): number {
    let mixed = this.seed;
    for (let at = 0; at < WORDS; at += 1) {
      mixed = Math.imul(mixed ^ id[at], 0x9e3779b1);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 2 * this.seed + 1);
      mixed ^= mixed >>> 13;
    }
    return mixed >>> 0;
  }

  private isAt(leaf: number, id: Uint32Array): boolean {
    const at = leaf * WORDS;
    return (
      this.words[at] === id[0] &&
      this.words[at + 1] === id[1] &&
      this.words[at + 2] === id[2] &&
      this.words[at + 3] === id[3]
    );
  }
}
