import { randomInt } from 'node:crypto';
import type { RangeResult, TileDifference } from '../domain/check-range';
import { ComputedTree } from '../domain/computed-tree';
import { ID_BYTES, IdIndex } from '../domain/id-index';
import { rangesNamed, type LeafRange } from '../domain/leaf-ranges';
import type { Finding } from '../findings';

const SEEDS = 2 ** 31;

/** What the ranges of a log come to, put together. */
export class WholeLog {
  readonly tree: ComputedTree;
  readonly differences: readonly TileDifference[];
  readonly incomplete: ReadonlySet<number>;
  readonly found: RangeResult['found'];
  readonly firstAt: string | undefined;
  readonly lastAt: string | undefined;
  private readonly results: readonly RangeResult[];

  constructor(size: number, results: readonly RangeResult[]) {
    this.results = [...results].sort((a, b) => a.firstTile - b.firstTile);
    const joined = (part: (result: RangeResult) => Uint8Array): Buffer => Buffer.concat(this.results.map(part));
    this.tree = new ComputedTree(
      size,
      joined(({ roots }) => roots),
      joined(({ tail }) => tail),
    );
    this.differences = this.results.flatMap((result) => result.differences);
    this.incomplete = new Set(this.results.flatMap((result) => result.incomplete));
    this.found = this.results.flatMap((result) => result.found);
    this.firstAt = this.results.find(({ firstAt }) => firstAt !== undefined)?.firstAt;
    this.lastAt = this.results.findLast(({ lastAt }) => lastAt !== undefined)?.lastAt;
  }

  /** Entries that are not there. */
  get missing(): LeafRange[] {
    return this.results.flatMap(({ findings }) => rangesNamed(findings, 'entry-missing'));
  }

  /** Entries without form that no finding names. */
  get moreMalformed(): number {
    return this.results.reduce((sum, { moreMalformed }) => sum + moreMalformed, 0);
  }

  /** Of the ranges, and ids that stand in the log twice; one by one: a log may be nothing but the same entry. */
  *findings(): Generator<Finding> {
    for (const { findings } of this.results) yield* findings;
    yield* this.idsTwice();
  }

  private *idsTwice(): Generator<Finding> {
    const index = new IdIndex(this.tree.size, randomInt(SEEDS));
    let leaf = 0;
    for (const { ids } of this.results) {
      const words = new Uint32Array(ids.buffer, ids.byteOffset, ids.byteLength / 4);
      for (let at = 0; at < words.length; at += ID_BYTES / 4, leaf += 1) {
        const id = words.subarray(at, at + ID_BYTES / 4);
        // An entry without an id has said so already.
        if (id[0] === 0 && id[1] === 0) continue;
        if (index.add(leaf, id) !== undefined) yield { code: 'entry-twice', leaf };
      }
    }
  }
}
