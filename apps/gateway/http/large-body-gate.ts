import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform';
import { filesOperation } from './body-parsers';

/** A longer body, or one of unknown length, needs a place. Bytes. */
const LARGE_BYTES = 1_048_576;
/** Large bodies at once: each is several times its size in memory while it is read, checked and sealed. */
const MAX_LARGE_BODIES = 2;

/** Bounds the memory that bodies with files take: a large one is read only while it has a place, and only for a client that may send it,
 *  so that nobody else can hold the places. Who finds none is told to come again; what was refused has no effect.
 *  @param admit throws what refuses the client */
export function gateLargeBodies(fastify: FastifyInstance, admit: (request: FastifyRequest) => Promise<unknown>): void {
  const inside = new Set<FastifyRequest>();
  fastify.addHook('preParsing', async (request) => {
    if (!isLarge(request)) return;
    await admit(request);
    if (inside.size >= MAX_LARGE_BODIES)
      throw new AppError({
        code: 'too-many-large-bodies',
        disposition: 'retry',
        status: 503,
        detail: 'other large bodies are being read: send it again',
        extra: { retryAfterSeconds: 2 },
      });
    inside.add(request);
    // A client that goes away in the middle gets no response, and so no hook.
    request.raw.once('close', () => inside.delete(request));
  });
  fastify.addHook('onResponse', async (request) => void inside.delete(request));
}

function isLarge(request: FastifyRequest): boolean {
  if (filesOperation(request.routeOptions.url) === undefined || request.method !== 'POST') return false;
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  // Without either there is no body (RFC 9112 §6.3).
  if (length === undefined) return encoding !== undefined;
  return !(Number(length) <= LARGE_BYTES);
}
