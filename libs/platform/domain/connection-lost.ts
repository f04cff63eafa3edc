/** SQLSTATE: connection exceptions, a server that shuts down, crashed or starts, and sessions that it ended because a transaction stood still. */
const SQLSTATE = /^(08...|57P0[123]|25P0[34])$/;
const SOCKET = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST\w+|ENETUNREACH)$/;
/** pg throws these without a code. */
const PG_TEXT =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout)|not queryable/;

/** True when the database cannot be reached now: the error says something about the moment and nothing about the work. Whether an open transaction
 *  was committed is not known then. */
export function isConnectionLost(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (SQLSTATE.test(code) || SOCKET.test(code))) return true;
  return typeof message === 'string' && PG_TEXT.test(message);
}
