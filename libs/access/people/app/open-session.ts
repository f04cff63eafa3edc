import type { Clock, Tx } from '#platform';
import type { SessionLimits } from '../domain/session-limits';
import { deleteSession, insertSession } from '../adapters/session-store';
import type { OpenedSession } from '../ports';
import { newToken, tokenHash } from './session-token';

export interface SessionToOpen {
  clientId: string;
  how: 'password' | 'oidc';
  /** Token of the session that the browser had before; it ends, so that what somebody planted there is worth nothing. */
  replaces?: string;
}

/** A session with a token that nobody has seen before, in the caller's transaction. */
export async function openSession(
  tx: Tx,
  { clientId, how, replaces }: SessionToOpen,
  { clock, limits }: { clock: Clock; limits: SessionLimits },
): Promise<OpenedSession> {
  const startedAt = clock.now();
  const expiresAt = new Date(startedAt.getTime() + limits.absoluteMs);
  if (replaces !== undefined) await deleteSession(tx, tokenHash(replaces));
  const token = newToken();
  insertSession(tx, { tokenHash: tokenHash(token), clientId, how, startedAt, expiresAt });
  return { token, clientId, expiresAt };
}
