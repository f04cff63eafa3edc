import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemView } from '../schema/problem';

const API_VERSION = '0.1.0';

/** OpenAPI of every route, with the problem as the answer to whatever goes wrong. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Liên Thông')
    .setDescription(
      'Interconnected public services of a province: dossiers, decisions, events, receipts, deliveries. Errors are problem details (RFC 9457) with a stable code.',
    )
    .setVersion(API_VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addGlobalResponse({ status: '4XX', description: 'A problem', content: problem() } as never)
    .build();
  return SwaggerModule.createDocument(app, config, { extraModels: [ProblemView] });
}

function problem(): object {
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemView' } } };
}
