import type { RangeJob, RangeResult, TileRange } from './domain/check-range';

/** Reads files by their path, with `/` between its parts. */
export interface FileReader {
  /** The whole file, the caller's own copy; undefined when it is not there. */
  read(path: string): Buffer | undefined;
}

/** Evidence as somebody got it. */
export interface EvidenceSource extends FileReader {
  /** Paths of all files. */
  list(): readonly string[];
}

/** Checks ranges of entries, several at the same time where that is faster. */
export interface RangeChecks {
  /** @returns the results in any order */
  check(job: RangeJob, ranges: readonly TileRange[]): Promise<RangeResult[]>;
}
