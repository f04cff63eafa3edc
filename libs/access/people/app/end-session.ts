import { deleteSession } from '../adapters/session-store';
import type { Principal } from '../../identity/ports';
import type { PeopleOptions } from './people-options';
import { tokenHash } from './session-token';

/** Log-out. */
export async function endSession(
  session: { token: string; principal: Principal; addressDigest: string },
  { db, journal }: Pick<PeopleOptions, 'db' | 'journal'>,
): Promise<void> {
  const { token, principal, addressDigest } = session;
  await db.run(async (tx) => {
    if (!(await deleteSession(tx, tokenHash(token)))) return;
    await journal.record(tx, {
      kind: 'session.ended',
      client: { id: principal.clientId, kind: principal.kind },
      operation: 'session.end',
      addressDigest,
      reason: 'log-out',
    });
  });
}
