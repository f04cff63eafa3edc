import type { ByteSink } from './byte-sink';

/** Where the decoded bytes of a file go. */
export interface FilePartSink {
  /** @param bytes the receiver's own */
  part(bytes: Uint8Array<ArrayBuffer>): void;
  /** Bytes that did not fill a part; whether all of it was base64. */
  end(rest: Uint8Array<ArrayBuffer>, isValid: boolean): void;
}

const PAD = 64;
const SPACE = 65;
const OTHER = 66;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const CLASS_OF = new Uint8Array(256).fill(OTHER);
for (let value = 0; value < ALPHABET.length; value += 1) CLASS_OF[ALPHABET.charCodeAt(value)] = value;
CLASS_OF['='.charCodeAt(0)] = PAD;
for (const space of '\r\n\t ') CLASS_OF[space.charCodeAt(0)] = SPACE;

/** Decoded bytes of one part. */
export const PART_BYTES = 262_144;
const FIRST_BYTES = 4_096;

/** Decodes base64 while it arrives, by the rules of `strictBase64` (wire/base64.ts): standard alphabet, padded, canonical, line breaks as
 *  in MIME, and something in it. */
export class Base64File implements ByteSink {
  /** Grows to a part: most files of most messages are smaller. */
  private out = new Uint8Array(FIRST_BYTES);
  private length = 0;
  private bits = 0;
  /** Characters of the group of four that is being read. */
  private count = 0;
  private pads = 0;
  private groups = 0;
  private isValid = true;

  constructor(private readonly sink: FilePartSink) {}

  write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.isValid) {
      if (this.count === 0 && this.pads === 0) at = this.readGroups(bytes, at);
      if (at < bytes.length) {
        this.readOne(CLASS_OF[bytes[at]]);
        at += 1;
      }
    }
  }

  end(): void {
    const isComplete = this.count === 0 && this.groups > 0;
    this.sink.end(this.out.slice(0, this.length), this.isValid && isComplete);
  }

  /** Whole groups without padding and white space, the common case. Returns the index of the first byte that it did not read. */
  private readGroups(bytes: Uint8Array, from: number): number {
    let at = from;
    for (; at + 4 <= bytes.length; at += 4) {
      const a = CLASS_OF[bytes[at]];
      const b = CLASS_OF[bytes[at + 1]];
      const c = CLASS_OF[bytes[at + 2]];
      const d = CLASS_OF[bytes[at + 3]];
      if ((a | b | c | d) >= PAD) break;
      this.put((a << 18) | (b << 12) | (c << 6) | d, 3);
    }
    return at;
  }

  private readOne(kind: number): void {
    if (kind === SPACE) return;
    if (kind === OTHER) this.isValid = false;
    else if (kind === PAD) this.readPad();
    else if (this.pads > 0) this.isValid = false;
    else {
      this.bits = (this.bits << 6) | kind;
      this.count += 1;
      if (this.count === 4) this.endGroup(3);
    }
  }

  /** One or two at the very end; the bits that they leave over must be zero, or two texts would mean the same bytes. */
  private readPad(): void {
    if (this.count < 2) {
      this.isValid = false;
      return;
    }
    this.pads += 1;
    if (this.count + this.pads < 4) return;
    const spare = this.pads * 2;
    if ((this.bits & ((1 << spare) - 1)) !== 0) this.isValid = false;
    this.bits <<= 6 * this.pads;
    this.endGroup(3 - this.pads);
  }

  private endGroup(bytes: number): void {
    this.put(this.bits, bytes);
    this.bits = 0;
    this.count = 0;
  }

  private put(group: number, bytes: number): void {
    if (this.length + 3 > this.out.length) this.makeRoom();
    this.out[this.length] = group >> 16;
    if (bytes > 1) this.out[this.length + 1] = (group >> 8) & 0xff;
    if (bytes > 2) this.out[this.length + 2] = group & 0xff;
    this.length += bytes;
    this.groups += 1;
  }

  private makeRoom(): void {
    if (this.out.length < PART_BYTES) {
      const grown = new Uint8Array(this.out.length * 4);
      grown.set(this.out);
      this.out = grown;
      return;
    }
    this.sink.part(this.out.slice(0, this.length));
    this.length = 0;
  }
}
