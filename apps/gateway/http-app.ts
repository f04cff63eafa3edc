import helmet from '@fastify/helmet';
import { DiscoveryService, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { OpenApiHolder } from './controllers/openapi.controller';
import { GatewayModule } from './gateway.module';
import { AccessGate } from './http/access-gate';
import { filesOperation } from './http/body-parsers';
import { limitedAdapter } from './http/fastify-adapter';
import { gateLargeBodies } from './http/large-body-gate';
import { nestLogger } from './http/nest-logger';
import { refuseOddRequests } from './http/odd-requests';
import { describeApi } from './http/openapi-document';
import { logRequests } from './http/request-log';
import { refuseUndeclaredRoutes, routeTable, type RouteEntry } from './http/route-table';
import { withTrace } from '#platform';
import { followTlsFiles } from './http/tls-server';
import { validationPipe } from './http/validation';
import type { GatewayParts } from './parts';
import { ADDRESS_DIGEST, OPENAPI } from './tokens';

export interface HttpApp {
  app: NestFastifyApplication;
  routes: readonly RouteEntry[];
}

/** The gateway's HTTP application, initialised and not listening.
 *  @throws Error that names every route without declared roles */
export async function createHttpApp(parts: GatewayParts): Promise<HttpApp> {
  const adapter = limitedAdapter(parts.settings, parts.log, parts.tls);
  const served: { method: string; path: string }[] = [];
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) served.push({ method, path: route.url });
  });
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.of(parts), adapter, {
    logger: nestLogger(parts.log),
    abortOnError: false,
  });
  app.useGlobalPipes(validationPipe());
  // Behind the body's parser: its events run outside of what was begun before them.
  fastify.addHook('preHandler', (request, _reply, done) => {
    withTrace([request.headers.traceparent].flat()[0], done);
  });
  gateLargeBodies(fastify, (request) =>
    app.get(AccessGate).admit(request, filesOperation(request.routeOptions.url) ?? ''),
  );
  logRequests(fastify, {
    log: parts.log,
    metrics: parts.metrics,
    addressDigest: app.get<(address: string) => string>(ADDRESS_DIGEST),
  });
  await app.register(helmet as never, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginResourcePolicy: { policy: 'same-site' },
  });
  // Behind helmet, so that its refusals carry the same headers.
  refuseOddRequests(fastify);
  app.get<OpenApiHolder>(OPENAPI).document = describeApi(app);
  followTlsFiles(app.getHttpServer(), parts.tls);
  await app.init();
  await fastify.ready();
  const routes = routeTable(app.get(DiscoveryService));
  refuseUndeclaredRoutes(served, routes);
  return { app, routes };
}
