import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { CliError, EXIT } from '../client/cli-error';

export type ExportFormat = 'jsonl' | 'csv';

/** Longer than the longest line. */
const TAIL_BYTES = 131_072;
const INDEX = { jsonl: /^\{"index":(\d+),/, csv: /^(\d+),/ };
const LINE_FEED = 0x0a;

/** The file of an export that is under way or broke off: whole lines, each begun by its leaf index. */
export class UnfinishedExport {
  private constructor(
    readonly path: string,
    private readonly format: ExportFormat,
    /** Leaf index to go on from; undefined for a file without an entry. */
    readonly next: number | undefined,
  ) {}

  /** Opens it, and cuts off what is no whole line. */
  static open(path: string, format: ExportFormat): UnfinishedExport {
    if (!existsSync(path)) return new UnfinishedExport(path, format, undefined);
    const file = openSync(path, 'r+');
    try {
      const { size } = fstatSync(file);
      const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(file, tail, 0, tail.length, size - tail.length);
      const end = tail.lastIndexOf(LINE_FEED) + 1;
      const next = behindLastLine(tail.subarray(0, end).toString('utf8'), format);
      ftruncateSync(file, next === undefined ? 0 : size - tail.length + end);
      return new UnfinishedExport(path, format, next);
    } finally {
      closeSync(file);
    }
  }

  /** Writes the rest behind it, safely on disk when this returns.
   *  @param tell after each part, with the leaf index behind its last whole line
   *  @throws CliError when the answer ends too early: what came is kept */
  async take(response: Response, tell: (next: number) => void): Promise<void> {
    const file = openSync(this.path, this.next === undefined ? 'w' : 'a');
    try {
      const chunks: AsyncIterable<Uint8Array> | Uint8Array[] = response.body ?? [];
      for await (const chunk of chunks) {
        writeSync(file, chunk);
        const next = behindLastLine(Buffer.from(chunk).toString('utf8'), this.format);
        if (next !== undefined) tell(next);
      }
      fsyncSync(file);
    } catch (error) {
      const { code = 'the answer ended' } = error as { code?: string };
      throw new CliError(`The export broke off (${code}). Run the same command again: it goes on.`, EXIT.unreachable);
    } finally {
      closeSync(file);
    }
  }
}

function behindLastLine(text: string, format: ExportFormat): number | undefined {
  const end = text.lastIndexOf('\n');
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end + 1);
  const [, index] = INDEX[format].exec(line) ?? [];
  return index === undefined ? undefined : Number(index) + 1;
}
