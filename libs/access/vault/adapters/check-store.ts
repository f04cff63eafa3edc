import type { Queryable } from '#platform';

export interface ObjectToCheck {
  ref: string;
  kind: string;
  isOutside: boolean;
}

/** The objects after a reference, in the order of their references, which is about that of their making. */
export function readObjectsAfter(db: Queryable, after: string, limit: number): Promise<ObjectToCheck[]> {
  return db.query<ObjectToCheck>(
    `select id as ref, kind, place is not null as "isOutside" from vault_object where id > $1 order by id limit $2`,
    [after, limit],
  );
}

/** For each of these references the object itself or the next one, each once. */
export function readObjectsAt(db: Queryable, points: readonly string[]): Promise<ObjectToCheck[]> {
  return db.query<ObjectToCheck>(
    `select distinct o.id as ref, o.kind, o.place is not null as "isOutside" from unnest($1::uuid[]) as p(at)
     cross join lateral (select id, kind, place from vault_object where id >= p.at order by id limit 1) o order by o.id`,
    [points],
  );
}

/** The first and the last reference; absent where nothing is stored. */
export async function readBounds(db: Queryable): Promise<{ first: string; last: string } | undefined> {
  const [row] = await db.query<{ first: string | null; last: string | null }>(
    `select (select id from vault_object order by id limit 1) as first, (select id from vault_object order by id desc limit 1) as last`,
  );
  return row.first === null || row.last === null ? undefined : { first: row.first, last: row.last };
}
