import type { Queryable, Tx } from '#platform';
import type { PersonRequest } from '../domain/person-request';

const COLUMNS = `id, kind, dossiers, set_digest as "setDigest", reason, requested_by as "requestedBy", requested_at as "requestedAt",
  expires_at as "expiresAt", state, approved_by as "approvedBy", approved_at as "approvedAt",
  withdrawn_at as "withdrawnAt", takes, index_incomplete as "indexIncomplete"`;

export async function insertPersonRequest(tx: Tx, request: PersonRequest): Promise<void> {
  const { id, kind, dossiers, setDigest, reason, requestedBy, requestedAt, expiresAt, indexIncomplete } = request;
  await tx.execute(
    `insert into person_request (id, kind, dossiers, set_digest, reason, requested_by, requested_at, expires_at, state, index_incomplete)
     values ($1, $2, $3::uuid[], $4, $5, $6, $7, $8, 'open', $9)`,
    [id, kind, dossiers, setDigest, reason, requestedBy, requestedAt, expiresAt, indexIncomplete],
  );
}

export async function readPersonRequest(tx: Queryable, id: string): Promise<PersonRequest | undefined> {
  return (await tx.query<PersonRequest>(`select ${COLUMNS} from person_request where id = $1`, [id]))[0];
}

/** Race: two approvers at once, or an approval and a withdrawal; the second waits here and finds it decided. */
export async function lockPersonRequest(tx: Tx, id: string): Promise<PersonRequest | undefined> {
  return (await tx.query<PersonRequest>(`select ${COLUMNS} from person_request where id = $1 for update`, [id]))[0];
}

/** Newest first; for an account with communes only those whose dossiers are all its own. */
export async function readPersonRequests(
  tx: Queryable,
  page: { after: string | null; limit: number; units: readonly string[] | null },
): Promise<PersonRequest[]> {
  return tx.query<PersonRequest>(
    `select ${COLUMNS} from person_request r where ($1::uuid is null or id < $1)
       and ($3::text[] is null or not exists (select 1 from dossier d where d.id = any(r.dossiers) and not d.unit = any($3)))
     order by id desc limit $2`,
    [page.after, page.limit, page.units],
  );
}

export async function approvePersonRequest(tx: Tx, { id, approvedBy, approvedAt }: PersonRequest): Promise<void> {
  await tx.execute(`update person_request set state = 'approved', approved_by = $2, approved_at = $3 where id = $1`, [
    id,
    approvedBy,
    approvedAt,
  ]);
}

export async function withdrawPersonRequest(
  tx: Tx,
  { id, withdrawnAt }: Pick<PersonRequest, 'id' | 'withdrawnAt'>,
): Promise<void> {
  await tx.execute(`update person_request set state = 'withdrawn', withdrawn_at = $2 where id = $1`, [id, withdrawnAt]);
}

export async function countTake(tx: Tx, id: string): Promise<void> {
  await tx.execute(`update person_request set takes = takes + 1 where id = $1`, [id]);
}
