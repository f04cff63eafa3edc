import { AppError, type Tx } from '#platform';

/** A client's use of an `Idempotency-Key`. */
export interface KeyUse {
  clientId: string;
  key: string;
  /** Of what is asked for: equal means the same RFC 8785 form (CONTRACTS §2). */
  requestDigest: Buffer;
}

/** The answer that this request got before, if it did. Lets one transaction at a time handle a client's key; given back at its end. Race: the
 *  same request sent twice at once. The second waits here, and then finds the answer of the first, or nothing if that was rolled back or refused.
 *  @throws AppError 409 `idempotency-conflict` when the key was used for another request */
export async function findBoundAnswer(tx: Tx, { clientId, key, requestDigest }: KeyUse): Promise<object | undefined> {
  tx.send(`select pg_advisory_xact_lock(hashtextextended($1, 7307))`, [`${clientId} ${key}`]);
  const [bound] = await tx.query<{ requestDigest: Buffer; response: object }>(
    `select request_digest as "requestDigest", response from idempotency where client_id = $1 and key = $2`,
    [clientId, key],
  );
  if (bound && !bound.requestDigest.equals(requestDigest)) {
    throw new AppError({
      code: 'idempotency-conflict',
      disposition: 'refuse',
      status: 409,
      field: 'Idempotency-Key',
      detail: 'this Idempotency-Key was used for another request',
    });
  }
  return bound?.response;
}

/** Gives the answer to every equal request from now on. Only 2xx answers are bound (CONTRACTS §2). */
export function bindAnswer(
  tx: Tx,
  { clientId, key, requestDigest, status, response, at }: KeyUse & { status: number; response: object; at: Date },
): void {
  tx.send(
    `insert into idempotency (client_id, key, request_digest, status, response, at) values ($1, $2, $3, $4, $5, $6)`,
    [clientId, key, requestDigest, status, JSON.stringify(response), at],
  );
}
