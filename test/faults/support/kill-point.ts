import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until';

/** Where a process ends, of which `kill-points.cjs` knows the place in the code. */
export interface KillPoint {
  point: string;
  /** The operation or path must contain it. @default any */
  subject?: string;
  /** Which passage of the point, from 1. @default 1 */
  nth?: number;
  /** @default 'SIGKILL' */
  signal?: 'SIGKILL' | 'SIGSTOP';
}

let armings = 0;

/** Arms points of running processes, each once. */
export class KillPoints {
  private readonly dir = mkdtempSync(join(tmpdir(), 'lienthong-kill-points-'));

  /** For the stack and all its children; only worker and gateway listen. */
  get environment(): Record<string, string> {
    return { NODE_OPTIONS: `--require ${join(__dirname, 'kill-points.cjs')}`, KILL_POINT_DIR: this.dir };
  }

  /** @param process `worker`, `gateway`, or what KILL_POINT_PROCESS calls another one */
  arm(process: string, killPoint: KillPoint): void {
    armings += 1;
    rmSync(this.reachedFile(process), { force: true });
    const file = join(this.dir, process);
    writeFileSync(`${file}.new`, JSON.stringify({ ...killPoint, id: armings }));
    renameSync(`${file}.new`, file);
  }

  /** Waits until the armed process came to its point and was killed or frozen there. */
  async untilReached(process: string, deadlineMs: number): Promise<void> {
    await until(() => existsSync(this.reachedFile(process)), deadlineMs, `${process} to come to its kill point`);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  private reachedFile(process: string): string {
    return join(this.dir, `${process}.reached`);
  }
}
