import type { Tx } from '#platform';

/** The files that a part of the product has loaded last, by path; nobody else records for it until the transaction ends. */
export async function lockLoadedFiles(tx: Tx, part: string): Promise<Map<string, string>> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('configuration ' || $1, 0))`, [part]);
  const rows = await tx.query<{ path: string; digest: string }>(
    `select path, encode(digest, 'hex') as digest from configuration_file where part = $1`,
    [part],
  );
  return new Map(rows.map(({ path, digest }) => [path, digest]));
}

/** Writes what has changed; a file without a digest is gone. */
export async function writeLoadedFiles(
  tx: Tx,
  part: string,
  changed: readonly { path: string; digest: string | null }[],
): Promise<void> {
  await tx.execute(
    `with given as (
       select * from unnest($2::text[], $3::text[]) as g(path, digest)
     ), gone as (
       delete from configuration_file c using given g where c.part = $1 and c.path = g.path and g.digest is null
     )
     insert into configuration_file (part, path, digest)
     select $1, path, decode(digest, 'hex') from given where digest is not null
     on conflict (part, path) do update set digest = excluded.digest`,
    [part, changed.map(({ path }) => path), changed.map(({ digest }) => digest)],
  );
}
