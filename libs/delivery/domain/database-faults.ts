/** SQLSTATE classes that pass by themselves: connection (08), resources (53), operator intervention (57), and single codes for
 *  serialization, deadlock and lock time-out. */
const PASSING = /^(08|53|57)|^(40001|40P01|55P03|25P03)$/;
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST|ENETUNREACH)/;
/** pg throws these without a code. */
const PG_TEXT =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout|not queryable/;

/** True when the same work may succeed later without anybody's help. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return PASSING.test(code) || SOCKET.test(code) || PG_TEXT.test(error.message);
}
