/** The members by which an entry is known, as their texts. */
export interface ScannedEntry {
  /** The whole text of `v`. */
  v: string;
  id: string;
  at: string;
  kind: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_PRINTABLE = 0x20;
const FIRST_NOT_ASCII = 0x80;
/** More digits may be written otherwise in RFC 8785. */
const MAX_DIGITS = 15;
const MAX_DEPTH = 8;
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const MEMBERS = (['v', 'id', 'at', 'kind'] as const).map((name) => ({ name, bytes: Buffer.from(name) }));

/** Reads an entry whose bytes are plainly in the form of RFC 8785, in one pass and without making its values: a whole log is looked at in this way.
 *  @param bytes UTF-8, as was checked before
 *  @returns undefined for what needs a closer look: anything rarer than plain texts, whole numbers and ASCII names in their order, or no such entry at all */
export function scanEntry(bytes: Buffer): ScannedEntry | undefined {
  return new Scan(bytes).entry();
}

/** Where a value or a name stands. */
interface Span {
  from: number;
  to: number;
}

class Scan {
  private at = 0;
  private readonly found: Partial<Record<keyof ScannedEntry, Span>> = {};

  constructor(private readonly bytes: Buffer) {}

  entry(): ScannedEntry | undefined {
    const isWhole = this.bytes[0] === OPEN_OBJECT && this.object(1) && this.at === this.bytes.length;
    const { v, id, at, kind } = this.found;
    if (!isWhole || !v || !id || !at || !kind) return undefined;
    return { v: this.text(v), id: this.unquoted(id), at: this.unquoted(at), kind: this.unquoted(kind) };
  }

  private text({ from, to }: Span): string {
    return this.bytes.toString('latin1', from, to);
  }

  /** What is no text keeps its first and last digit away: it meets no form of a text. */
  private unquoted({ from, to }: Span): string {
    return this.text({ from: from + 1, to: to - 1 });
  }

  private value(depth: number): boolean {
    const first = this.bytes[this.at];
    if (first === QUOTE) return this.string();
    if (first === OPEN_OBJECT) return depth < MAX_DEPTH && this.object(depth + 1);
    if (first === OPEN_LIST) return depth < MAX_DEPTH && this.list(depth + 1);
    return this.number() || this.word();
  }

  private object(depth: number): boolean {
    this.at += 1;
    if (this.takes(CLOSE_OBJECT)) return true;
    for (let before: Span | undefined; ;) {
      const name = this.member(depth, before);
      if (name === undefined) return false;
      before = name;
      if (this.takes(CLOSE_OBJECT)) return true;
      if (!this.takes(COMMA)) return false;
    }
  }

  /** A name behind the one before, and its value. */
  private member(depth: number, before: Span | undefined): Span | undefined {
    const name = this.name();
    if (name === undefined || (before !== undefined && !this.isBefore(before, name)) || !this.takes(COLON))
      return undefined;
    const from = this.at;
    if (!this.value(depth)) return undefined;
    if (depth === 1) this.keep(name, { from, to: this.at });
    return name;
  }

  private list(depth: number): boolean {
    this.at += 1;
    if (this.takes(CLOSE_LIST)) return true;
    for (;;) {
      if (!this.value(depth)) return false;
      if (this.takes(CLOSE_LIST)) return true;
      if (!this.takes(COMMA)) return false;
    }
  }

  /** A name in ASCII, without its quotes. */
  private name(): Span | undefined {
    if (this.bytes[this.at] !== QUOTE) return undefined;
    const from = this.at + 1;
    if (!this.string()) return undefined;
    const to = this.at - 1;
    for (let at = from; at < to; at += 1) if (this.bytes[at] >= FIRST_NOT_ASCII) return undefined;
    return { from, to };
  }

  private string(): boolean {
    const { bytes } = this;
    for (let at = this.at + 1; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return false;
    }
    return false;
  }

  private number(): boolean {
    const { bytes } = this;
    const from = bytes[this.at] === MINUS ? this.at + 1 : this.at;
    let to = from;
    while (bytes[to] >= ZERO && bytes[to] <= NINE) to += 1;
    const digits = to - from;
    const hasZero = bytes[from] === ZERO && (digits > 1 || from > this.at);
    // What goes on after the digits (a fraction, an exponent) is met by whoever wants a comma or an end there.
    if (digits === 0 || digits > MAX_DIGITS || hasZero) return false;
    this.at = to;
    return true;
  }

  private word(): boolean {
    const word = WORDS.find((one) => this.stands(one, this.at));
    this.at += word?.length ?? 0;
    return word !== undefined;
  }

  /** Byte by byte: a call of the native comparison takes longer than these few. */
  private stands(word: Buffer, from: number): boolean {
    for (let at = 0; at < word.length; at += 1) if (this.bytes[from + at] !== word[at]) return false;
    return true;
  }

  private takes(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  /** ASCII names: the order of their bytes is that of RFC 8785. */
  private isBefore(one: Span, other: Span): boolean {
    const { bytes } = this;
    const shorter = Math.min(one.to - one.from, other.to - other.from);
    for (let at = 0; at < shorter; at += 1) {
      const difference = bytes[one.from + at] - bytes[other.from + at];
      if (difference !== 0) return difference < 0;
    }
    return one.to - one.from < other.to - other.from;
  }

  private keep(name: Span, value: Span): void {
    const length = name.to - name.from;
    const member = MEMBERS.find(({ bytes }) => bytes.length === length && this.stands(bytes, name.from));
    if (member !== undefined) this.found[member.name] = value;
  }
}
