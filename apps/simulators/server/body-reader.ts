import { Base64Digest } from './file-mark';

/** Bodies up to this size are kept as they came. */
const SMALL_BODY_BYTES = 256 * 1024;
/** A run of base64 longer than this is a file: digested as it comes in, replaced by a mark, not kept. */
const LONG_RUN_BYTES = 64 * 1024;
/** Shorter runs inside one chunk are ordinary words. */
const SHORT_RUN_BYTES = 1024;
/** Ten 5 MB files in three nested encodings stay below this. */
const MAX_BODY_BYTES = 200 * 1024 * 1024;

const IS_BASE64 = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
  IS_BASE64[letter.charCodeAt(0)] = 1;

/** Reads one request body; of a large one only the text between its files stays in memory. */
export class BodyReader {
  /** Size on the wire. */
  bytes = 0;
  private kept: Buffer[] = [];
  private run: Buffer[] = [];
  private runBytes = 0;
  private digest: Base64Digest | null = null;
  private isLarge = false;

  /** @throws where the body is larger than the simulators take */
  take(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > MAX_BODY_BYTES) throw new Error('body larger than the simulators take');
    if (this.isLarge) return this.scan(chunk);
    this.kept.push(chunk);
    if (this.bytes > SMALL_BODY_BYTES) this.becomeLarge();
  }

  text(): string {
    if (this.isLarge) this.endRun();
    return Buffer.concat(this.kept).toString('utf8');
  }

  private becomeLarge(): void {
    const soFar = this.kept;
    this.kept = [];
    this.isLarge = true;
    for (const chunk of soFar) this.scan(chunk);
  }

  private scan(chunk: Buffer): void {
    let textFrom = this.continueRun(chunk);
    if (textFrom === chunk.length) return;
    let runFrom = -1;
    for (let at = textFrom; at < chunk.length; at += 1) {
      if (IS_BASE64[chunk[at]] === 1) {
        if (runFrom === -1) runFrom = at;
      } else if (runFrom !== -1) {
        if (at - runFrom >= SHORT_RUN_BYTES) textFrom = this.cutRun(chunk, textFrom, { from: runFrom, to: at });
        runFrom = -1;
      }
    }
    this.kept.push(chunk.subarray(textFrom, runFrom === -1 ? chunk.length : runFrom));
    if (runFrom !== -1) this.addRun(chunk.subarray(runFrom));
  }

  /** @returns where the run that began in an earlier chunk ends in this one */
  private continueRun(chunk: Buffer): number {
    if (this.runBytes === 0) return 0;
    let end = 0;
    while (end < chunk.length && IS_BASE64[chunk[end]] === 1) end += 1;
    this.addRun(chunk.subarray(0, end));
    if (end < chunk.length) this.endRun();
    return end;
  }

  private cutRun(chunk: Buffer, textFrom: number, run: { from: number; to: number }): number {
    this.kept.push(chunk.subarray(textFrom, run.from));
    this.addRun(chunk.subarray(run.from, run.to));
    this.endRun();
    return run.to;
  }

  private addRun(piece: Buffer): void {
    if (piece.length === 0) return;
    this.runBytes += piece.length;
    if (this.digest !== null) return this.digest.update(piece);
    this.run.push(piece);
    if (this.runBytes <= LONG_RUN_BYTES) return;
    this.digest = new Base64Digest();
    for (const held of this.run) this.digest.update(held);
    this.run = [];
  }

  private endRun(): void {
    if (this.digest === null) this.kept.push(...this.run);
    else this.kept.push(Buffer.from(this.digest.mark(), 'latin1'));
    this.run = [];
    this.runBytes = 0;
    this.digest = null;
  }
}
