import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The wall clock of the product and of its partners, which only goes forward. */
export class MovedClock {
  private readonly dir = mkdtempSync(join(tmpdir(), 'lienthong-clock-'));
  private readonly file = join(this.dir, 'moved-ms');
  private movedMs = 0;

  /** For the stack and all its children, the simulators and the CLI too. PostgreSQL and Kafka keep their own time. */
  get environment(): Record<string, string> {
    return { NODE_OPTIONS: `--require ${join(__dirname, 'preload-moved-clock.cjs')}`, MOVED_CLOCK_FILE: this.file };
  }

  /** So much time goes by at once. */
  advance(byMs: number): void {
    this.movedMs += byMs;
    writeFileSync(`${this.file}.new`, String(this.movedMs));
    renameSync(`${this.file}.new`, this.file);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
