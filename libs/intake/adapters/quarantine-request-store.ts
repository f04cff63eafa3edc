import type { Queryable, Tx } from '#platform';
import type { GiveUpRequest } from '../domain/give-up-request';
import type { Units } from './quarantine-store';

const COLUMNS = `id, items, set_digest as "setDigest", reason, requested_by as "requestedBy", requested_at as "requestedAt", expires_at as "expiresAt",
  state, approved_by as "approvedBy", approved_at as "approvedAt", given_up as "givenUp", skipped,
  withdrawn_at as "withdrawnAt"`;

/** A request is seen and approved by who sees every item that it names. @param place of the communes among the parameters */
const ofUnits = (place: string): string => `(${place}::text[] is null or not exists (
  select from jsonb_array_elements(items) as named left join quarantine q on q.id = (named->>'id')::uuid
  where q.unit is null or q.unit <> all(${place})))`;

export async function insertRequest(tx: Tx, request: GiveUpRequest): Promise<void> {
  const { id, items, setDigest, reason, requestedBy, requestedAt, expiresAt } = request;
  await tx.execute(
    `insert into quarantine_request (id, items, set_digest, reason, requested_by, requested_at, expires_at, state)
     values ($1, $2, $3, $4, $5, $6, $7, 'open')`,
    [id, JSON.stringify(items), setDigest, reason, requestedBy, requestedAt, expiresAt],
  );
}

export async function readRequest(tx: Queryable, id: string, units: Units): Promise<GiveUpRequest | undefined> {
  const rows = await tx.query<GiveUpRequest>(
    `select ${COLUMNS} from quarantine_request where id = $1 and ${ofUnits('$2')}`,
    [id, units],
  );
  return rows[0];
}

/** Race: two approvers at once, or an approval and a withdrawal; the second waits here and finds it decided. */
export async function lockRequest(tx: Tx, id: string, units: Units): Promise<GiveUpRequest | undefined> {
  const rows = await tx.query<GiveUpRequest>(
    `select ${COLUMNS} from quarantine_request where id = $1 and ${ofUnits('$2')} for update`,
    [id, units],
  );
  return rows[0];
}

/** Newest first. */
export async function readRequests(
  tx: Queryable,
  page: { after: string | null; limit: number; units: Units },
): Promise<GiveUpRequest[]> {
  return tx.query<GiveUpRequest>(
    `select ${COLUMNS} from quarantine_request where ($1::uuid is null or id < $1) and ${ofUnits('$3')} order by id desc limit $2`,
    [page.after, page.limit, page.units],
  );
}

export async function approveRequest(
  tx: Tx,
  { id, approvedBy, approvedAt, givenUp, skipped }: GiveUpRequest,
): Promise<void> {
  await tx.execute(
    `update quarantine_request set state = 'approved', approved_by = $2, approved_at = $3, given_up = $4, skipped = $5 where id = $1`,
    [id, approvedBy, approvedAt, JSON.stringify(givenUp), JSON.stringify(skipped)],
  );
}

export async function withdrawRequest(
  tx: Tx,
  { id, withdrawnAt }: Pick<GiveUpRequest, 'id' | 'withdrawnAt'>,
): Promise<void> {
  await tx.execute(`update quarantine_request set state = 'withdrawn', withdrawn_at = $2 where id = $1`, [
    id,
    withdrawnAt,
  ]);
}
