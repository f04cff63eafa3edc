import { AppError } from '#platform';

export function requestUnknown(): AppError {
  return new AppError({
    code: 'quarantine-request-unknown',
    disposition: 'refuse',
    status: 404,
    detail: 'no request with this id',
  });
}
