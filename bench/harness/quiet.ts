const QUIET = 0.1;

/** What has to be said about a run on a machine that others used too.
 *  @param foreignShares part of the machine that others used in each run, 0 to 1 */
export function quietLines(foreignShares: readonly number[]): string[] {
  const isQuiet = foreignShares.every((share) => share < QUIET);
  return isQuiet ? [] : ['the machine was not quiet: others used more than a tenth of it; do not quote these figures'];
}
