import type { FiredFaults } from '../faults/fired-faults';

/** What is left of a line break of Q36. */
export const CORRUPT_BREAKS: readonly string[] = ['n', 'u000a'];

/**
 * The line break of a message: a right one, or the letters that are left of one.
 * @param usual what stands there where the switch does not fire
 */
export function lineBreak(faults: FiredFaults, usual = '\n'): string {
  return faults.text('corruptBreaks') ?? usual;
}
