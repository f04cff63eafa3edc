import type { Queryable, Tx } from '#platform';
import type { AccessChange, ChangeState } from '../domain/access-change';

const COLUMNS = `id, kind, client_id as "clientId", content, secret_hash as "secretHash", reason, proposed_by as "proposedBy",
  proposed_at as "proposedAt", expires_at as "expiresAt", state, decided_by as "decidedBy", decided_at as "decidedAt"`;

/** False when another change of this account is open. */
export async function insertChange(tx: Tx, change: AccessChange): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into access_change (id, kind, client_id, content, secret_hash, reason, proposed_by, proposed_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (client_id) where state = 'open' do nothing`,
    [
      change.id,
      change.kind,
      change.clientId,
      JSON.stringify(change.content),
      change.secretHash,
      change.reason,
      change.proposedBy,
      change.proposedAt,
      change.expiresAt,
    ],
  );
  return inserted === 1;
}

export async function readChange(tx: Queryable, id: string): Promise<AccessChange | undefined> {
  return (await tx.query<AccessChange>(`select ${COLUMNS} from access_change where id = $1`, [id]))[0];
}

/** Race: two administrators at once; the second waits here and finds it decided. */
export async function lockChange(tx: Tx, id: string): Promise<AccessChange | undefined> {
  return (await tx.query<AccessChange>(`select ${COLUMNS} from access_change where id = $1 for update`, [id]))[0];
}

/** The open change of an account. Race: as for `lockChange`. */
export async function lockOpenChange(tx: Tx, clientId: string): Promise<AccessChange | undefined> {
  const found = await tx.query<AccessChange>(
    `select ${COLUMNS} from access_change where client_id = $1 and state = 'open' for update`,
    [clientId],
  );
  return found[0];
}

/** Newest first. */
export async function readChanges(
  tx: Queryable,
  page: { after: string | null; limit: number; openOnly: boolean },
): Promise<AccessChange[]> {
  return tx.query<AccessChange>(
    `select ${COLUMNS} from access_change where ($1::uuid is null or id < $1) and (not $3 or state = 'open')
     order by id desc limit $2`,
    [page.after, page.limit, page.openOnly],
  );
}

export async function decideChange(
  tx: Tx,
  id: string,
  decision: { state: ChangeState; by: string | null; at: Date },
): Promise<void> {
  await tx.execute('update access_change set state = $2, decided_by = $3, decided_at = $4 where id = $1', [
    id,
    decision.state,
    decision.by,
    decision.at,
  ]);
}

/** Ends what nobody confirmed in time. Race: one that is being decided is left to its decision. */
export async function expireChanges(tx: Tx, now: Date): Promise<AccessChange[]> {
  return tx.query<AccessChange>(
    `update access_change set state = 'expired', decided_at = $1
     where id in (select id from access_change where state = 'open' and expires_at <= $1 for update skip locked)
     returning ${COLUMNS}`,
    [now],
  );
}
