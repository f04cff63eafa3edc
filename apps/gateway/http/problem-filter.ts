import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codeOf, type Log } from '#platform';
import { LOG } from '../tokens';
import { problemOf } from './problem';
import { problemTitle } from './problem-titles';

/** Every error leaves as `application/problem+json` (RFC 9457, CONTRACTS §2). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.log);
  }
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const problem = problemOf(error);
  // The stack names our code; its first line, the message, may quote a value and stays out.
  if (problem.isUnexpected)
    log.error('request.failed', { code: codeOf(error), route: request.routeOptions?.url, stack: stackOf(error) });
  const { retryAfterSeconds, ...extra } = problem.extra;
  if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', String(retryAfterSeconds));
  if (problem.status === 401)
    void reply.header('www-authenticate', extra.error === 'invalid_client' ? 'Basic realm="lienthong"' : 'Bearer');
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify({
        type: `urn:lienthong:problem:${problem.code}`,
        title: problemTitle(problem.code, problem.status, request.headers['accept-language']),
        status: problem.status,
        code: problem.code,
        detail: problem.detail,
        field: problem.field,
        ...extra,
      }),
    );
}

function stackOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 12)
    .map((line) => line.trim());
}
