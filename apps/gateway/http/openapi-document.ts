import type { INestApplication } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemView } from '../schema/problem';
import { sayConstraints } from './document-constraints';
import { requestClasses } from './request-classes';

const API_VERSION = '0.1.0';

/** OpenAPI of every route, with the rules that requests are checked by, and the problem as the answer to whatever goes wrong. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Liên Thông')
    .setDescription(
      'Interconnected public services of a province: dossiers, decisions, events, receipts, deliveries. Errors are problem details (RFC 9457) with a stable code.',
    )
    .setVersion(API_VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addCookieAuth('__Host-lienthong', {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-lienthong',
      description: 'Session of a person (POST /api/v1/session); methods other than GET need X-CSRF-Token too.',
    })
    .addGlobalResponse(
      { status: '4XX', description: 'A problem', content: problem() } as never,
      {
        status: '5XX',
        description: 'A problem of ours: nothing was acknowledged. 503 with `Retry-After`: ask again.',
        content: problem(),
      } as never,
    )
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemView] });
  const { byName, byOperation } = requestClasses(app.get(DiscoveryService));
  sayConstraints(document, byName, byOperation);
  return document;
}

function problem(): object {
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemView' } } };
}
