import type { FastifyRequest } from 'fastify';
import type { Shown } from '#access';
import { AppError } from '#platform';
import { shownCertificate } from './shown-certificate';

/** What a request shows of who sends it.
 *  @throws AppError 401 `token-missing` for a header that holds no bearer token */
export function shownBy(request: FastifyRequest, operation: string): Shown {
  const { authorization } = request.headers;
  return {
    ...(authorization === undefined ? {} : { token: bearerOf(authorization) }),
    certificate: shownCertificate(request.raw.socket),
    address: request.ip,
    operation,
  };
}

function bearerOf(header: string): string {
  const match = /^Bearer ([\w.-]{1,4096})$/i.exec(header);
  if (match) return match[1];
  throw new AppError({
    code: 'token-missing',
    disposition: 'refuse',
    status: 401,
    detail: 'send Authorization: Bearer <access token>',
  });
}
