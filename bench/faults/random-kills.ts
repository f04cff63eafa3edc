import { pause } from '../harness/until';

/** The parts that may be killed. The simulators are the outside world and keep their ledger in memory. */
export const KILLABLE = ['worker', 'gateway', 'kafka', 'postgres'] as const;
type KillablePart = (typeof KILLABLE)[number];

export interface Kill {
  part: KillablePart;
  /** Epoch ms. */
  atMs: number;
}

export interface KillingOptions {
  /** At most so many. */
  count: number;
  /** Process ids of what runs now (`stack.json`). */
  pids(): Readonly<Partial<Record<string, number>>>;
  /** In [0, 1); victims and pauses are drawn from it. */
  random(): number;
  /** Shortest and longest pause between two kills, ms. */
  gapMs: { min: number; max: number };
  /** A victim must have been up for so long: a part that never comes to work proves nothing. */
  minUpMs: number;
  /** Asked before each kill. */
  goesOn(): boolean;
  onKill?(kill: Kill, number: number): void;
}

const LOOK_EVERY_MS = 50;

/** SIGKILL of one random part after the other, while somebody else makes load and a supervisor brings them back.
 *  @throws Error when a victim does not come back within two minutes */
export async function killAtRandom(options: KillingOptions): Promise<Kill[]> {
  const { count, random, gapMs, goesOn, onKill } = options;
  const kills: Kill[] = [];
  const running = options.pids();
  // On the PostgreSQL bus there is no Kafka.
  const parts = KILLABLE.filter((part) => running[part] !== undefined);
  const watch = new UpTimes(options.pids);
  while (kills.length < count && goesOn()) {
    await pause(gapMs.min + random() * (gapMs.max - gapMs.min));
    const part = parts[Math.floor(random() * parts.length)];
    const pid = await watch.upFor(part, options.minUpMs);
    if (!goesOn()) break;
    process.kill(pid, 'SIGKILL');
    const kill = { part, atMs: Date.now() };
    kills.push(kill);
    onKill?.(kill, kills.length);
  }
  return kills;
}

const BACK_DEADLINE_MS = 120_000;

/** Since when each part has had its process. */
class UpTimes {
  private readonly seen = new Map<KillablePart, { pid: number; sinceMs: number }>();

  constructor(private readonly pids: KillingOptions['pids']) {}

  /** The process of the part, once it has been there for `minUpMs`. */
  async upFor(part: KillablePart, minUpMs: number): Promise<number> {
    const giveUpAtMs = performance.now() + BACK_DEADLINE_MS;
    while (performance.now() < giveUpAtMs) {
      this.look();
      const found = this.seen.get(part);
      if (found !== undefined && performance.now() - found.sinceMs >= minUpMs) return found.pid;
      await pause(LOOK_EVERY_MS);
    }
    throw new Error(`${part} did not come back within ${BACK_DEADLINE_MS / 1000} s`);
  }

  private look(): void {
    const pids = this.pids();
    for (const part of KILLABLE) {
      const pid = pids[part];
      if (pid === undefined || !isAlive(pid)) this.seen.delete(part);
      else if (this.seen.get(part)?.pid !== pid) this.seen.set(part, { pid, sinceMs: performance.now() });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
