import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform';

const KEY = /^[\x21-\x7e]{1,128}$/;

/** The `Idempotency-Key` of a POST that changes something (CONTRACTS §2).
 *  @throws AppError 400 `idempotency-key-missing`, `idempotency-key-invalid` */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (typeof key !== 'string' || key === '')
    throw refusal('idempotency-key-missing', 'send the header Idempotency-Key');
  if (!KEY.test(key)) throw refusal('idempotency-key-invalid', '1 to 128 visible ASCII characters');
  return key;
});

/** Says so in OpenAPI. */
export const NeedsIdempotencyKey = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: true,
      schema: { type: 'string', pattern: KEY.source, minLength: 1, maxLength: 128 },
      description: 'The same key and body give the first answer again; the same key with another body is a conflict.',
    }),
  );

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status: 400, field: 'Idempotency-Key', detail });
}
