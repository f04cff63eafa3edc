import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { codeOf, type Log } from '#platform';
import { addCheckpoint, type WitnessAnswer, type WitnessDeps } from '../app/add-checkpoint';

/** A checkpoint with many cosignatures and the longest proof is far below it. */
const MAX_BODY_BYTES = 65_536;
/** A request that has not come whole by then is cut, ms. */
const REQUEST_DEADLINE_MS = 10_000;
const TEXT = 'text/plain; charset=utf-8';
const SIZE = 'text/x.tlog.size';
const MONITORED = /^\/([0-9a-f]{64})\/checkpoint$/;

interface Reply {
  status: number;
  type?: string;
  body?: string;
}

/** A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, and `GET /<log id>/checkpoint` for who wants to see what it has cosigned. */
export function witnessServer(deps: WitnessDeps & { log: Log }): Server {
  const options = {
    requestTimeout: REQUEST_DEADLINE_MS,
    headersTimeout: REQUEST_DEADLINE_MS,
    connectionsCheckingInterval: REQUEST_DEADLINE_MS / 2,
  };
  return createServer(options, (request, response) => {
    replyTo(request, deps).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        deps.log.error('witness.failed', { code: codeOf(error) });
        send(response, { status: 500 });
      },
    );
  });
}

async function replyTo(request: IncomingMessage, deps: WitnessDeps & { log: Log }): Promise<Reply> {
  const { method, url = '' } = request;
  if (method === 'POST' && url === '/add-checkpoint') {
    const body = await readBody(request);
    if (body === undefined) return { status: 413 };
    const answer = addCheckpoint(body, deps);
    deps.log.info('witness.answered', { status: answer.status, log: answer.logId, size: answer.size });
    return { status: answer.status, type: typeOf(answer), body: answer.body };
  }
  const logId = method === 'GET' || method === 'HEAD' ? MONITORED.exec(url)?.[1] : undefined;
  const latest = logId === undefined ? undefined : deps.store.latest(logId);
  return latest === undefined ? { status: 404 } : { status: 200, type: TEXT, body: latest };
}

function typeOf({ status }: WitnessAnswer): string {
  return status === 409 ? SIZE : TEXT;
}

/** @returns undefined when it is too large, or is cut: what is too much is read and thrown away, so that the answer can be given */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, type = TEXT, body = '' }: Reply): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
