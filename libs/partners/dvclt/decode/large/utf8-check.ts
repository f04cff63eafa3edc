import { isUtf8 } from 'node:buffer';

/** Bytes of the longest character but one: what a piece may end in the middle of. */
const MAX_OPEN_BYTES = 3;

/** How many bytes at the end of `bytes` begin a character that is not complete yet. */
function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(MAX_OPEN_BYTES, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

function lengthOf(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

/** Tells whether bytes that come in pieces are UTF-8. */
export class Utf8Check {
  private open: Uint8Array = new Uint8Array(0);

  /** False when no continuation could make it UTF-8. */
  accepts(piece: Uint8Array): boolean {
    const bytes = this.open.length === 0 ? piece : Buffer.concat([this.open, piece]);
    const cut = bytes.length - openBytes(bytes);
    this.open = bytes.slice(cut);
    return isUtf8(bytes.subarray(0, cut));
  }

  /** False when the last character is not complete. */
  ends(): boolean {
    return this.open.length === 0;
  }
}
