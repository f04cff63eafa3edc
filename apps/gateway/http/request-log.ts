import type { FastifyInstance } from 'fastify';
import type { Log, Metrics } from '#platform';
import type { AuthenticatedRequest } from './access';

export interface RequestLogOptions {
  log: Log;
  metrics: Metrics;
  addressDigest: (address: string) => string;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** One wide line and one observation per request, with the route's pattern: the path itself may hold a code or a file's token. */
export function logRequests(fastify: FastifyInstance, options: RequestLogOptions): void {
  const observe = options.metrics.histogram({
    name: 'lienthong_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer.',
    labels: ['method', 'route', 'status'],
    buckets: SECONDS,
  });
  fastify.addHook('onResponse', async (request: AuthenticatedRequest, reply) => {
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    const isProbe = route.startsWith('/health/') || route === '/metrics';
    options.log[isProbe ? 'debug' : 'info']('request.handled', {
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      clientId: request.principal?.clientId ?? null,
      addressDigest: options.addressDigest(request.ip),
    });
  });
}
