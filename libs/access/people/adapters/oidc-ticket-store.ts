import type { Queryable } from '#platform';
import type { OidcChecks } from '../ports-oidc';

/** @param ticketHash of the cookie that binds the log-in to one browser */
export async function insertTicket(
  tx: Queryable,
  ticketHash: Buffer,
  { state, nonce, codeVerifier }: OidcChecks,
  expiresAt: Date,
): Promise<void> {
  await tx.execute(
    'insert into oidc_log_in (ticket_hash, state, nonce, code_verifier, expires_at) values ($1, $2, $3, $4, $5)',
    [ticketHash, state, nonce, codeVerifier, expiresAt],
  );
}

/** Takes the ticket away: it is good once. Race: two answers at once; one of them finds it gone. */
export async function takeTicket(tx: Queryable, ticketHash: Buffer, now: Date): Promise<OidcChecks | undefined> {
  const [found] = await tx.query<OidcChecks & { expiresAt: Date }>(
    `delete from oidc_log_in where ticket_hash = $1
     returning state, nonce, code_verifier as "codeVerifier", expires_at as "expiresAt"`,
    [ticketHash],
  );
  return found && found.expiresAt > now ? found : undefined;
}
