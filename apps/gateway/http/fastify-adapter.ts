import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { uuidIds, type GatewaySettings, type Log, type WatchedTls } from '#platform';
import { filesOperation, limitsOf, parseForm, parseJson } from './body-parsers';
import { answerBrokenRequest, LEAST_HEADERS } from './odd-requests';
import { sendProblem } from './problem-filter';
import { httpsOptions } from './tls-server';

const FORM_BYTES = 8_192;

/** Fastify with our limits: body size (larger where files come), length of a path's parts, time for a request to arrive, and
 *  parsers that refuse what the storage or the canonical form could not hold. */
export function limitedAdapter(settings: GatewaySettings, log: Log, tls: WatchedTls | null): FastifyAdapter {
  const adapter = new FastifyAdapter({
    ...(tls === null ? {} : { https: httpsOptions(settings, tls) }),
    bodyLimit: settings.maxBodyBytes,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // What still comes on a connection that we have is answered, and the connection closed: its client had no way to know.
    return503OnClosing: false,
    genReqId: () => uuidIds.next(),
    routerOptions: { maxParamLength: 300 },
    clientErrorHandler: answerBrokenRequest,
    // Before any hook: what helmet would have sent is sent here.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(error, request, reply.headers(LEAST_HEADERS), log),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onRoute', (route) => {
    if (filesOperation(route.url) !== undefined && route.method === 'POST') route.bodyLimit = settings.maxDossierBytes;
  });
  parsersOf(adapter);
  closeConnectionsWhenEnding(fastify);
  return adapter;
}

/** While we drain, each answer tells its client that the connection ends with it. Without that a kept connection dies under the next request, and
 *  the client cannot know whether we have seen it. */
function closeConnectionsWhenEnding(fastify: FastifyInstance): void {
  let isEnding = false;
  fastify.addHook('preClose', (done) => {
    isEnding = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isEnding) void reply.header('connection', 'close');
    done();
  });
}

/** Set before Nest would set its own. */
function parsersOf(adapter: FastifyAdapter): void {
  adapter.useBodyParser(
    'application/json',
    false,
    {},
    (request: FastifyRequest, body: Buffer, done: (error: Error | null, value?: unknown) => void) => {
      answer(done, () => parseJson(body, limitsOf(request)));
    },
  );
  adapter.useBodyParser(
    'application/x-www-form-urlencoded',
    false,
    { bodyLimit: FORM_BYTES },
    (_: FastifyRequest, body: Buffer, done: (error: Error | null, value?: unknown) => void) => {
      answer(done, () => parseForm(body));
    },
  );
}

function answer(done: (error: Error | null, value?: unknown) => void, parse: () => unknown): void {
  let value: unknown;
  try {
    value = parse();
  } catch (error) {
    return done(error as Error);
  }
  done(null, value);
}
