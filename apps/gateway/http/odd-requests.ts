import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { AppError } from '#platform';
import { problemTitle } from './problem-titles';

/** Headers by which a request is judged. Node takes the first of two, a proxy before us may take the last: two are none. */
const ONCE = ['authorization', 'content-length', 'content-type', 'cookie', 'host', 'idempotency-key', 'x-csrf-token'];

/** Refuses what two readers could read differently, and what would have to be unpacked: a packed body has a size that nobody has checked. */
export function refuseOddRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ raw, headers }) => {
    const names = raw.rawHeaders.filter((_text, at) => at % 2 === 0).map((name) => name.toLowerCase());
    const twice = ONCE.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (twice !== undefined)
      throw new AppError({
        code: 'request-invalid',
        disposition: 'refuse',
        status: 400,
        field: twice,
        detail: 'a header comes twice',
      });
    if (!['', 'identity'].includes((headers['content-encoding'] ?? '').toLowerCase()))
      throw new AppError({
        code: 'content-encoding-not-supported',
        disposition: 'refuse',
        status: 415,
        field: 'Content-Encoding',
        detail: 'send the body as it is, not packed',
      });
  });
}

/** For answers that no hook sees. */
export const LEAST_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

const BROKEN: Readonly<Record<string, [status: number, reason: string, code: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'headers-too-large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'request-too-slow'],
};

/** Answers bytes that are no HTTP request, or come too slowly, as every other error is answered, and closes the connection: what follows
 *  on it is not believed. */
export function answerBrokenRequest(error: { code?: string }, socket: Socket): void {
  const [status, reason, code] = BROKEN[error.code ?? ''] ?? [400, 'Bad Request', 'request-invalid'];
  const problem = { type: `urn:lienthong:problem:${code}`, title: problemTitle(code, status, undefined), status, code };
  const body = JSON.stringify(problem);
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(LEAST_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
