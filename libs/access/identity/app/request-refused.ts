import { AppError } from '#platform';
import type { RequestRefusal, RequestState } from '../domain/second-person';

const DETAILS: Readonly<Record<RequestRefusal, string>> = {
  'own-request': 'a second person has to approve it',
  'not-own-request': 'only who made it may withdraw it',
  'request-not-open': 'it was approved or withdrawn before',
  'request-expired': 'nobody approved it within 24 h: ask again',
  'request-set-differs': 'the digest is not that of what the request names',
};

/** 403 for who may not, 409 for what cannot be any more; with the state of now. */
export function requestRefused(code: RequestRefusal, state: RequestState): AppError {
  const status = code === 'own-request' || code === 'not-own-request' ? 403 : 409;
  return new AppError({ code, disposition: 'refuse', status, detail: DETAILS[code], extra: { state } });
}
