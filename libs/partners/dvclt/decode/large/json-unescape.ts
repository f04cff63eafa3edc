import type { ByteSink } from './byte-sink';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** UTF-8 of U+FFFD, which stands for half a surrogate pair as it does in Node's own encoder. */
const REPLACEMENT = [0xef, 0xbf, 0xbd];

const SIMPLE: Readonly<Record<number, number>> = {
  0x22: 0x22,
  0x5c: 0x5c,
  0x2f: 0x2f,
  0x62: 0x08,
  0x66: 0x0c,
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
};

/** Where the reader stands: in plain text, behind a backslash, or `4 - n` digits into `\uXXXX`. */
type Place = 'text' | 'escape' | 'digits';

/** Bytes without escapes that are handed on as they lie, without a copy. */
const LONG_RUN_BYTES = 2_048;
const OUT_BYTES = 8_192;

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Index of the next byte that is not plain text of a JSON string: quote, backslash, control character. */
function nextSpecial(chunk: Uint8Array, from: number): number {
  let at = from;
  for (; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
  }
  return at;
}

/** Undoes the escapes of one JSON string while its bytes arrive, in pieces of any size (RFC 8259 §7). */
export class JsonUnescape {
  private place: Place = 'text';
  private digitsLeft = 0;
  private code = 0;
  /** High half of a pair whose low half has not come yet. */
  private high = 0;
  /** False when the string held an escape or a character that JSON does not allow. */
  isWhole = true;
  private readonly out = new Uint8Array(OUT_BYTES);
  private length = 0;

  constructor(private readonly sink: ByteSink) {}

  /** Reads on from `from`. Returns the index of the closing quote, which ends the string, or the chunk's length. */
  write(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.place !== 'text') {
        this.readEscape(chunk[at]);
        at += 1;
        continue;
      }
      const stop = nextSpecial(chunk, at);
      if (stop > at) this.emitRun(chunk.subarray(at, stop));
      at = stop;
      if (at === chunk.length) break;
      if (chunk[at] === QUOTE) {
        this.finish();
        return at;
      }
      if (chunk[at] === BACKSLASH) this.place = 'escape';
      else this.isWhole = false;
      at += 1;
    }
    this.flush();
    return at;
  }

  private readEscape(byte: number): void {
    if (this.place === 'digits') return this.readDigit(byte);
    if (byte === LETTER_U) {
      this.place = 'digits';
      this.digitsLeft = 4;
      this.code = 0;
      return;
    }
    this.place = 'text';
    const value = SIMPLE[byte];
    if (value === undefined) this.isWhole = false;
    else this.emit([value]);
  }

  private readDigit(byte: number): void {
    const value = hexValue(byte);
    if (value < 0) this.isWhole = false;
    this.code = this.code * 16 + Math.max(value, 0);
    this.digitsLeft -= 1;
    if (this.digitsLeft > 0) return;
    this.place = 'text';
    this.emitUnit(this.code);
  }

  /** One UTF-16 unit of an escape. */
  private emitUnit(code: number): void {
    if (this.high !== 0 && isLowSurrogate(code)) {
      const point = 0x10000 + ((this.high - 0xd800) << 10) + (code - 0xdc00);
      this.high = 0;
      this.put([0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)]);
    } else if (isHighSurrogate(code)) {
      this.endPair();
      this.high = code;
    } else if (isLowSurrogate(code)) this.emit(REPLACEMENT);
    else if (code < 0x80) this.emit([code]);
    else if (code < 0x800) this.emit([0xc0 | (code >> 6), 0x80 | (code & 63)]);
    else this.emit([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]);
  }

  /** A high half that is followed by anything but its low half stands alone. */
  private endPair(): void {
    if (this.high === 0) return;
    this.high = 0;
    this.put(REPLACEMENT);
  }

  private emit(bytes: readonly number[]): void {
    this.endPair();
    this.put(bytes);
  }

  private emitRun(run: Uint8Array): void {
    this.endPair();
    if (run.length < LONG_RUN_BYTES) return this.put(run);
    this.flush();
    this.sink.write(run);
  }

  private put(bytes: ArrayLike<number>): void {
    if (this.length + bytes.length > OUT_BYTES) this.flush();
    this.out.set(bytes, this.length);
    this.length += bytes.length;
  }

  private flush(): void {
    if (this.length > 0) this.sink.write(this.out.subarray(0, this.length));
    this.length = 0;
  }

  private finish(): void {
    this.endPair();
    this.flush();
    this.sink.end();
  }
}
