import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError, EXIT } from './cli-error';

/** Asks for one line after the other: at a terminal with the question, and what is secret not shown; else the lines of standard input. Secrets come
 *  this way only: what stands on a command line is seen by everybody on the machine. */
export class Asker {
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;
  private isHidden = false;

  constructor(private readonly input: NodeJS.ReadableStream & { isTTY?: boolean }) {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.isHidden) process.stderr.write(chunk);
        done();
      },
    });
    const isTerminal = input.isTTY === true;
    this.reader = createInterface({ input, output, terminal: isTerminal });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  /** @throws CliError when the input has ended */
  async ask(question: string, how: { isSecret: boolean }): Promise<string> {
    if (this.input.isTTY) process.stderr.write(`${question}: `);
    this.isHidden = how.isSecret;
    const line = await this.lines.next();
    this.isHidden = false;
    if (this.input.isTTY && how.isSecret) process.stderr.write('\n');
    if (line.done) throw new CliError(`Standard input ended before the ${question}.`, EXIT.usage);
    return line.value;
  }

  close(): void {
    this.reader.close();
  }
}
