import { AppError, type Clock } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { jsonObjectOf, type JsonObject } from './answer-json';
import type { HttpPort } from './http-port';
import type { PartnerRequest } from './partner-call';
import { retryAfterMs } from './retry-after';
import type { TokenGrant } from './token-source';

/** The parts of the adapter's dependencies that a log-in needs. */
export interface LogInDeps {
  config: PartnerConfig;
  http: HttpPort;
  clock: Clock;
}

/** Bounds the answer of a log-in. Bytes. */
const MAX_TOKEN_ANSWER_BYTES = 65_536;

/** One log-in request.
 *  @param read takes the token out of the answer; undefined when there is none
 *  @throws AppError with disposition `retry`: `auth.refused` (4xx, or an answer without a token), `http.429` with `extra.retryAfterMs`,
 *  `auth.unavailable` (anything else) */
export async function logIn(
  deps: LogInDeps,
  request: PartnerRequest,
  read: (json: JsonObject) => TokenGrant | undefined,
  signal: AbortSignal,
): Promise<TokenGrant> {
  const result = await deps.http.call({
    method: request.method,
    url: request.url,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...request.headers },
    signal,
    maxAnswerBytes: MAX_TOKEN_ANSWER_BYTES,
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  if (result.kind !== 'answer') throw failure('auth.unavailable');
  if (result.status === 429) throw failure('http.429', retryAfterMs(result.headers['retry-after'], deps.clock.now()));
  if (result.status >= 500) throw failure('auth.unavailable');
  if (result.status >= 300) throw failure('auth.refused');
  const json = jsonObjectOf(result.body);
  if (json === undefined) throw failure('auth.unavailable');
  const grant = read(json);
  if (grant === undefined) throw failure('auth.refused');
  return grant;
}

function failure(code: string, waitMs?: number): AppError {
  return new AppError({ code, disposition: 'retry', extra: waitMs === undefined ? {} : { retryAfterMs: waitMs } });
}
