import { Client } from 'pg';
import { copyDossiers, tidyUp } from '../harness/dossier-copies';

/** Copies of dossiers that wait for a partner. */
export interface CopiedBacklog {
  deliveries: number;
  /** Ids of the copies. */
  dossierIds: ReadonlySet<string>;
}

/** Makes a backlog without carrying it: each of these dossiers, and all that waits or was done for it, stands in the database so many times
 *  more, under ids and codes of its own. Copies refer to the sealed contents of their originals, and lack sync log, events of the feed and
 *  intake: what `verify state` says of them means nothing. They are delivered like any other. */
export async function copyBacklog(
  databaseUrl: string,
  { dossierIds, deliveries }: { dossierIds: readonly string[]; deliveries: number },
): Promise<CopiedBacklog> {
  const client = new Client({ connectionString: databaseUrl });
  // The statement under way fails with it, and tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ each: number }>(
      `select (count(*) / count(distinct dossier_id))::float8 as each from delivery
       where dossier_id = any ($1) and status in ('queued', 'waiting')`,
      [dossierIds],
    );
    const rounds = Math.ceil(deliveries / (rows[0].each * dossierIds.length));
    await copyDossiers(client, { dossierIds, copies: rounds * dossierIds.length });
    const made = await client.query<{ ids: string[]; deliveries: number }>(
      `select array_agg(distinct c.new_id::text) as ids, count(*)::integer as deliveries
       from copy c join delivery v on v.dossier_id = c.new_id where v.status in ('queued', 'waiting')`,
    );
    await client.query('commit');
    await tidyUp(client);
    return { deliveries: made.rows[0].deliveries, dossierIds: new Set(made.rows[0].ids) };
  } finally {
    await client.end();
  }
}
