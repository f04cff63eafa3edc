import type { Queryable, Tx } from '#platform';

/** A statement about the log's keys as it is stored. */
export interface StoredStatement {
  /** From 1. */
  ordinal: number;
  /** Verifier key. */
  newKey: string;
  /** Signed note. */
  statement: string;
}

/** The statement that made the log's key of now follow; undefined while the log has its first one. */
export async function readLastStatement(tx: Queryable): Promise<StoredStatement | undefined> {
  const [row] = await tx.query<StoredStatement>(
    'select ordinal, new_key as "newKey", statement from synclog_key_statement order by ordinal desc limit 1',
  );
  return row;
}

export function insertStatement(tx: Tx, { ordinal, newKey, statement }: StoredStatement, at: Date): void {
  tx.send('insert into synclog_key_statement (ordinal, new_key, statement, stated_at) values ($1, $2, $3, $4)', [
    ordinal,
    newKey,
    statement,
    at,
  ]);
}
