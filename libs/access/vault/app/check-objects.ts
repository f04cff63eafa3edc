import { AppError, codeOf, type Queryable, type Random } from '#platform';
import { readBounds, readObjectsAfter, readObjectsAt, type ObjectToCheck } from '../adapters/check-store';
import { pointsBetween } from '../domain/sample-points';
import type { Vault } from '../ports';

/** An object that cannot be read as it was sealed; nothing of its content. */
export interface BadObject {
  ref: string;
  kind: string;
  /** `vault-tampered`, `vault-object-missing` or `master-key-unknown`. */
  code: string;
  isOutside: boolean;
}

export interface ObjectsReport {
  /** Objects that were read to their end and are as they were sealed. */
  whole: number;
  /** Objects of erased owners: nobody can read them. */
  erased: number;
  bad: readonly BadObject[];
  /** Last reference that was looked at: a check that was ended goes on after it. Null where nothing was. */
  last: string | null;
}

export interface CheckObjectsDeps {
  db: Queryable;
  vault: Pick<Vault, 'openStream'>;
  random: Random;
  /** Waits so many ms. */
  pause(ms: number): Promise<void>;
}

export interface CheckObjectsOptions {
  /** Objects picked at random instead of all. */
  sample?: number;
  /** Goes on after this reference. @default from the first */
  after?: string;
  /** @default 200 objects a second: beside a system that works */
  perSecond?: number;
  /** Told after each page. */
  onProgress?(report: ObjectsReport): void;
}

const PAGE = 100;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const BAD: ReadonlySet<string> = new Set(['vault-tampered', 'vault-object-missing', 'master-key-unknown']);

/** Reads sealed objects to their end, as a reader would, and names those that are not as they were sealed. Holds one piece of one object in memory. */
export class CheckObjects {
  private whole = 0;
  private erased = 0;
  private readonly bad: BadObject[] = [];
  private last: string | null = null;

  constructor(private readonly deps: CheckObjectsDeps) {}

  /** @throws whatever keeps it from reading at all, such as a database that is away */
  async run(options: CheckObjectsOptions): Promise<ObjectsReport> {
    const pages = options.sample === undefined ? this.all(options.after ?? BEFORE_ALL) : this.picked(options.sample);
    const pauseMs = 1_000 / (options.perSecond ?? 200);
    for await (const page of pages) {
      for (const object of page) {
        await this.check(object);
        await this.deps.pause(pauseMs);
      }
      options.onProgress?.(this.report());
    }
    return this.report();
  }

  private report(): ObjectsReport {
    const { whole, erased, bad, last } = this;
    return { whole, erased, bad: [...bad], last };
  }

  private async *all(after: string): AsyncGenerator<readonly ObjectToCheck[]> {
    for (let from = after; ;) {
      const page = await readObjectsAfter(this.deps.db, from, PAGE);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      from = last.ref;
    }
  }

  private async *picked(sample: number): AsyncGenerator<readonly ObjectToCheck[]> {
    const bounds = await readBounds(this.deps.db);
    if (bounds === undefined) return;
    for (let left = sample; left > 0; left -= PAGE)
      yield await readObjectsAt(this.deps.db, pointsBetween(bounds, Math.min(left, PAGE), this.deps.random));
  }

  private async check({ ref, kind, isOutside }: ObjectToCheck): Promise<void> {
    this.last = ref;
    try {
      const reading = await this.deps.vault.openStream(ref);
      for await (const piece of reading.chunks()) void piece;
      this.whole += 1;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'vault-erased') this.erased += 1;
      else if (error instanceof AppError && BAD.has(code)) this.bad.push({ ref, kind, code, isOutside });
      else throw error;
    }
  }
}
