import { createHash, type Hash } from 'node:crypto';

/** What is known of a received file. */
export interface FileFacts {
  readonly bytes: number;
  /** Of the decoded bytes, hexadecimal. */
  readonly sha256: string;
}

const MARK = /^@@tep:(?<bytes>\d+):(?<sha256>[0-9a-f]{64}):(?<head>[^:@]*)@@$/;

/**
 * Stands in the text of a large request for a long run of base64 that was digested as it came in and not kept.
 * A run that is no canonical base64 has the size 0 and no head: it reads as a wrong file.
 */
export class Base64Digest {
  private readonly hash: Hash = createHash('sha256');
  private rest = '';
  private head = '';
  private chars = 0;
  private bytes = 0;
  private isOver = false;
  private isWrong = false;

  update(run: Buffer): void {
    const text = this.rest + run.toString('latin1');
    if (this.chars === 0) this.head = text.slice(0, 6);
    this.chars += run.length;
    const whole = text.length - (text.length % 4);
    this.rest = text.slice(whole);
    this.decode(text.slice(0, whole));
  }

  mark(): string {
    const isRight = this.rest === '' && !this.isWrong && this.chars > 0;
    return `@@tep:${isRight ? this.bytes : 0}:${this.hash.digest('hex')}:${isRight ? this.head : ''}@@`;
  }

  private decode(quads: string): void {
    if (quads === '') return;
    if (this.isOver) this.isWrong = true;
    const padding = quads.indexOf('=');
    if (padding !== -1) {
      this.isOver = true;
      if (padding < quads.length - 2 || !quads.endsWith('=')) this.isWrong = true;
    }
    const decoded = Buffer.from(quads, 'base64');
    this.bytes += decoded.length;
    this.hash.update(decoded);
  }
}

/** The parts of a mark; null where the text is none. */
export function readFileMark(text: string): (FileFacts & { head: string }) | null {
  const found = text.startsWith('@@tep:') ? MARK.exec(text)?.groups : undefined;
  return found === undefined ? null : { bytes: Number(found['bytes']), sha256: found['sha256'], head: found['head'] };
}

/** Size and digest of a file given as base64 text or as the mark of one. */
export function fileFactsOf(base64: unknown): FileFacts {
  const marked = typeof base64 === 'string' ? readFileMark(base64) : null;
  if (marked !== null) return { bytes: marked.bytes, sha256: marked.sha256 };
  const bytes = Buffer.from(String(base64), 'base64');
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
