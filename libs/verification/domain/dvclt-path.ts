/** What DVCLT takes after each status, 0 being none yet (CONTRACTS §1.3 *DVCLT order*). After a 2: 6 at once, the others once the
 *  supplement is listed and acknowledged. */
const FOLLOWERS: Readonly<Record<number, readonly number[]>> = {
  0: [1],
  1: [3, 2, 6],
  2: [3, 6, 2],
  3: [7],
  7: [4, 2, 6],
  4: [5],
};

/** Whether `next` is legal after one of the statuses. `isRepeat`: it was answered as known already, which has no second effect. */
export function legalAfter(possible: ReadonlySet<number>, next: number, isRepeat: boolean): boolean {
  return [...possible].some((status) => FOLLOWERS[status]?.includes(next) || (isRepeat && status === next));
}

/** The first status of a sequence that its predecessor does not allow; undefined when all are legal. */
export function firstIllegal(statuses: readonly number[]): { status: number; after: number } | undefined {
  for (const [index, status] of statuses.entries()) {
    const after = statuses[index - 1] ?? 0;
    if (!legalAfter(new Set([after]), status, false)) return { status, after };
  }
  return undefined;
}
