import type { SessionFacts } from '#access';
import { AppError } from '#platform';
import type { AuthenticatedRequest } from './access';

/** The session of a request, for what a token cannot do.
 *  @throws AppError 404 `session-none` when it came by a token */
export function sessionOf({ session }: AuthenticatedRequest): { token: string; facts: SessionFacts } {
  if (session) return session;
  throw new AppError({
    code: 'session-none',
    disposition: 'refuse',
    status: 404,
    detail: 'this is for sessions of people; the request came by a token',
  });
}
