import { ScanLimit } from './scan-limit';

const FIRST_BYTES = 16_384;

/** Bytes of a JSON text without its large strings, grown as they come. */
export class Skeleton {
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  /** @throws ScanLimit `too-large` */
  add(piece: Uint8Array): void {
    const needed = this.length + piece.length;
    if (needed > this.maxBytes) throw new ScanLimit('too-large');
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    this.bytes.set(piece, this.length);
    this.length = needed;
  }

  whole(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}
