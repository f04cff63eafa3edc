import type { Tx } from '#platform';

export interface BoundAnswer {
  requestDigest: Buffer;
  response: object;
}

/** Lets one transaction at a time handle a client's key; given back at its end. Race: the same request sent twice at once.
 *  The second waits here, and then finds the answer of the first, or nothing if that was rolled back or refused. */
export function lockIdempotencyKey(tx: Tx, clientId: string, key: string): void {
  tx.send(`select pg_advisory_xact_lock(hashtextextended($1, 7307))`, [`${clientId} ${key}`]);
}

export async function findBoundAnswer(tx: Tx, clientId: string, key: string): Promise<BoundAnswer | undefined> {
  const rows = await tx.query<BoundAnswer>(
    `select request_digest as "requestDigest", response from idempotency where client_id = $1 and key = $2`,
    [clientId, key],
  );
  return rows[0];
}

export function bindAnswer(
  tx: Tx,
  of: { clientId: string; key: string; status: number; at: Date } & BoundAnswer,
): void {
  tx.send(
    `insert into idempotency (client_id, key, request_digest, status, response, at) values ($1, $2, $3, $4, $5, $6)`,
    [of.clientId, of.key, of.requestDigest, of.status, JSON.stringify(of.response), of.at],
  );
}
