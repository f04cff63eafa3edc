import { AppError, canonicalBytes, sha256, type Tx } from '#platform';

export interface IdempotentRequest {
  clientId: string;
  /** `Idempotency-Key` of the request. */
  key: string;
  /** What is asked for; equal = same RFC 8785 form (CONTRACTS §2). */
  request: unknown;
  at: Date;
}

/** Runs `work` once per (client, key) and gives its answer again to an equal request. Only what returns binds the key; what throws does not.
 *  The transaction's lock on the key makes a concurrent twin wait for the first one's commit.
 *  @throws AppError 409 `idempotency-conflict` when the key was used for something else */
export async function answerOnce<T extends object>(
  tx: Tx,
  request: IdempotentRequest,
  work: () => Promise<T>,
): Promise<T> {
  const digest = sha256(canonicalBytes(request.request));
  await tx.query(`select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 7307))`, [
    request.clientId,
    request.key,
  ]);
  const [known] = await tx.query<{ request_digest: Buffer; response: T }>(
    'select request_digest, response from idempotency where client_id = $1 and key = $2',
    [request.clientId, request.key],
  );
  if (known && !known.request_digest.equals(digest)) {
    throw new AppError({
      code: 'idempotency-conflict',
      disposition: 'refuse',
      status: 409,
      field: 'Idempotency-Key',
      detail: 'this key was used for another request',
    });
  }
  if (known) return known.response;
  const answer = await work();
  await tx.execute(
    'insert into idempotency (client_id, key, request_digest, status, response, at) values ($1, $2, $3, 200, $4, $5)',
    [request.clientId, request.key, digest, JSON.stringify(answer), request.at],
  );
  return answer;
}
