import type { SamplePdf } from './sample-pdf';

/** Stands in JSON for the base64 of a sample paper until the answer is written: needs no escaping at any depth of nesting. */
const MARK = /@@giay-to:(\d+):(\d+)@@/;

/** @param minBytes the paper is padded to at least this size */
export function paperMark(serial: number, minBytes = 0): string {
  return `@@giay-to:${serial}:${minBytes}@@`;
}

/** A text whose papers are written out piece by piece, so that ten large files never stand in memory at once. */
export class PaperText {
  /** Text, serial, size, text, serial, size, …, text. */
  private readonly parts: readonly string[];

  constructor(
    text: string,
    private readonly pdf: SamplePdf,
  ) {
    this.parts = text.split(MARK);
  }

  get byteLength(): number {
    let sum = 0;
    for (let index = 0; index < this.parts.length; index += 3) sum += Buffer.byteLength(this.parts[index]);
    for (let index = 1; index < this.parts.length; index += 3) sum += this.pdf.base64Length(this.minBytesAt(index));
    return sum;
  }

  *pieces(): Generator<string | Buffer> {
    for (let index = 0; index < this.parts.length; index += 3) {
      yield this.parts[index];
      if (index + 2 < this.parts.length)
        yield* this.pdf.base64Pieces(Number(this.parts[index + 1]), this.minBytesAt(index + 1));
    }
  }

  private minBytesAt(serialIndex: number): number {
    return Number(this.parts[serialIndex + 1]);
  }
}
