import { codeOf } from '../domain/errors';
import type { Log, LogFields } from './log';

/** While an outage lasts, it is said again so often. */
const REMIND_MS = 60_000;

/** Says once that work fails, and once that it works again, however often it is tried in between: `<name>.failed` with the code at the first
 *  failure, for each new code, and every minute; `<name>.recovered` with the number of failures and the time that it took. */
export class OutageLog {
  private failures = 0;
  /** Causes that were said since the beginning or the last reminder. */
  private readonly said = new Set<string>();
  private beganAtMs = 0;
  private saidAtMs = 0;

  constructor(
    private readonly log: Log,
    private readonly name: string,
    private readonly fields: LogFields = {},
  ) {}

  /** @param cause a thrown value, or the code of one
   *  @returns how many failures there were in a row, this one included */
  failed(cause: unknown): number {
    const nowMs = performance.now();
    if (this.failures === 0) this.beganAtMs = nowMs;
    this.failures += 1;
    const code = typeof cause === 'string' ? cause : codeOf(cause);
    const isReminder = this.said.size > 0 && nowMs - this.saidAtMs >= REMIND_MS;
    if (isReminder) this.said.clear();
    if (!this.said.has(code)) {
      this.said.add(code);
      this.saidAtMs = nowMs;
      this.log.warn(`${this.name}.failed`, { ...this.fields, code, failures: this.failures });
    }
    return this.failures;
  }

  /** Call it after each success; costs nothing when nothing had failed. */
  recovered(): void {
    if (this.failures === 0) return;
    const durationMs = Math.round(performance.now() - this.beganAtMs);
    this.log.info(`${this.name}.recovered`, { ...this.fields, failures: this.failures, durationMs });
    this.failures = 0;
    this.said.clear();
  }
}
