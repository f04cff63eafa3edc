import { codeOf, isConnectionLost } from '#platform';

/** SQLSTATE classes that pass by themselves: connection (08), resources (53), operator intervention (57), and single codes for
 *  serialization, deadlock and lock time-out. */
const PASSING = /^(08|53|57)|^(40001|40P01|55P03|25P03)$/;

/** True when the same work may succeed later without anybody's help. */
export function isDatabaseAway(error: unknown): boolean {
  if (isConnectionLost(error)) return true;
  return PASSING.test(codeOf(error));
}
