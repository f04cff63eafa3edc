import { HttpException } from '@nestjs/common';
import { AppError, codeOf, isConnectionLost } from '#platform';

/** What is answered for a thrown value: RFC 9457 members but for `type` and `title`. */
export interface Problem {
  status: number;
  code: string;
  detail?: string;
  field?: string;
  extra: Readonly<Record<string, unknown>>;
  /** Ours to look into: logged as an error. */
  isUnexpected: boolean;
}

const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'request-invalid',
  404: 'route-unknown',
  405: 'method-not-allowed',
  413: 'body-too-large',
  415: 'content-type-not-supported',
};
/** SQLSTATE: the server has no connection left. */
const TOO_MANY_CONNECTIONS = '53300';

/** One place decides what a caller is told. Texts of foreign errors are never passed on: they may quote what was sent. */
export function problemOf(error: unknown): Problem {
  if (error instanceof AppError && error.disposition !== 'bug') {
    return {
      status: error.status,
      code: error.code,
      detail: error.detail,
      field: error.field,
      extra: error.extra,
      isUnexpected: error.status >= 500 && error.disposition !== 'retry',
    };
  }
  const status = statusOf(error);
  if (status !== undefined && status < 500)
    return { status, code: BY_STATUS[status] ?? 'request-invalid', extra: {}, isUnexpected: false };
  if (isDatabaseAway(error))
    return {
      status: 503,
      code: 'database-away',
      detail: 'nothing was stored; ask again',
      extra: { retryAfterSeconds: 2 },
      isUnexpected: false,
    };
  return {
    status: 500,
    code: 'unexpected',
    detail: 'nothing was acknowledged; the error was logged',
    extra: {},
    isUnexpected: true,
  };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number')
    return error.statusCode;
  return undefined;
}

function isDatabaseAway(error: unknown): boolean {
  return isConnectionLost(error) || codeOf(error) === TOO_MANY_CONNECTIONS;
}
