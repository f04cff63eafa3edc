import type { Tx } from '#platform';

export type ViewKind = 'fields' | 'file' | 'search' | 'export';

/** A grant to look; names and counts, never a value. */
export interface ViewRow {
  id: string;
  kind: ViewKind;
  account: string;
  purpose: string;
  dossierId: string | null;
  fields: readonly string[];
  sensitive: number;
  reason: string | null;
  at: Date;
  expiresAt: Date;
}

export interface ViewCount {
  views: number;
  fields: number;
  sensitive: number;
  /** When the oldest of them leaves the hour; null when there is none. */
  oldestAt: Date | null;
}

/** What an account has been shown since. Lets one request of an account count at a time. Race: two requests at once that would both be the last one allowed. */
export async function countViews(tx: Tx, account: string, kind: ViewKind, since: Date): Promise<ViewCount> {
  tx.send(`select pg_advisory_xact_lock(hashtextextended('personal-view ' || $1, 0))`, [account]);
  const [found] = await tx.query<ViewCount>(
    `select count(*)::integer as views, coalesce(sum(cardinality(fields)), 0)::integer as fields,
       coalesce(sum(sensitive), 0)::integer as sensitive, min(at) as "oldestAt"
     from personal_view where account = $1 and kind = $2 and at > $3`,
    [account, kind, since],
  );
  return found;
}

export async function insertView(tx: Tx, view: ViewRow): Promise<void> {
  const { id, kind, account, purpose, dossierId, fields, sensitive, reason, at, expiresAt } = view;
  await tx.execute(
    `insert into personal_view (id, kind, account, purpose, dossier_id, fields, sensitive, reason, at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, kind, account, purpose, dossierId, fields, sensitive, reason, at, expiresAt],
  );
}

/** Counts one look more. Undefined when there is no such grant. */
export async function lookAgain(
  tx: Tx,
  id: string,
): Promise<{ looks: number; expiresAt: Date; sensitive: number } | undefined> {
  const [row] = await tx.query<{ looks: number; expiresAt: Date; sensitive: number }>(
    `update personal_view set looks = looks + 1 where id = $1 returning looks, expires_at as "expiresAt", sensitive`,
    [id],
  );
  return row;
}
