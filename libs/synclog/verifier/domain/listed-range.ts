import { checkRange, type RangeJob, type RangeResult, type TileRange } from './check-range';
import type { ListedSource } from './manifest';

/** Checks a range whose files are compared with the manifest: what differs is among its findings. */
export function checkListedRange(source: ListedSource, job: RangeJob, range: TileRange): RangeResult {
  const before = source.findings.length;
  const result = checkRange(source, job, range);
  return { ...result, findings: [...result.findings, ...source.findings.slice(before)] };
}
