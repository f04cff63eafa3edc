import type { Queryable, Tx } from '#platform';
import type { FoundNumber } from '../domain/identity-numbers';

/** Numbers found in one dossier. */
export interface PersonsOfDossier {
  dossierId: string;
  numbers: readonly FoundNumber[];
}

/** Makes 32-byte keyed digests; the vault's, so that nobody without its key can try numbers out against the table. */
export type KeyedDigest = (bytes: Uint8Array) => Buffer;

/** The digest under which a person's dossiers are found. The prefix keeps it apart from digests of contents. */
export function personDigest(number: string, digest: KeyedDigest): Buffer {
  return digest(Buffer.from(`lienthong/person-index/1|${number}`, 'utf8'));
}

/** Fills the index in the transaction of what brought the numbers: one statement for all. */
export function indexPersons(tx: Tx, persons: readonly PersonsOfDossier[], digest: KeyedDigest): void {
  const rows = persons
    .flatMap(({ dossierId, numbers }) =>
      numbers.map(({ number, fields }) => ({
        digest: personDigest(number, digest).toString('hex'),
        dossierId,
        fields: [...fields],
      })),
    )
    // One dossier may come twice in a batch, by a supplement; the order keeps two batches from a deadlock.
    .sort((a, b) => (a.digest + a.dossierId < b.digest + b.dossierId ? -1 : 1));
  if (rows.length === 0) return;
  tx.send(
    `insert into person_index as p (digest, dossier_id, fields)
     select decode(r.digest, 'hex'), r."dossierId", array_agg(distinct f.field)
     from jsonb_to_recordset($1::jsonb) as r(digest text, "dossierId" uuid, fields text[]), unnest(r.fields) as f(field)
     group by 1, 2 order by 1, 2
     on conflict (digest, dossier_id) do update set fields = excluded.fields || p.fields
     where not excluded.fields <@ p.fields and cardinality(p.fields) < 100`,
    [JSON.stringify(rows)],
  );
}

/** A dossier in which a person was found. */
export interface FoundDossier {
  dossierId: string;
  dvcltCode: string;
  oneStopCode: string | null;
  procedure: string;
  unit: string;
  state: string;
  fields: string[];
}

/** Dossiers that name a person, newest first, within the communes. */
export async function findPersonsDossiers(
  tx: Queryable,
  digest: Buffer,
  units: readonly string[] | null,
  limit: number,
): Promise<FoundDossier[]> {
  return tx.query<FoundDossier>(
    `select p.dossier_id as "dossierId", d.projection->'codes'->>'dvclt' as "dvcltCode", d.projection->'codes'->>'oneStop' as "oneStopCode",
       d.procedure, d.unit, d.state, array(select distinct f from unnest(p.fields) f order by f) as fields
     from person_index p join dossier d on d.id = p.dossier_id
     where p.digest = $1 and ($2::text[] is null or d.unit = any($2)) order by p.dossier_id desc limit $3`,
    [digest, units, limit],
  );
}

/** Nobody is found in these dossiers any more. */
export async function forgetPersons(tx: Tx, dossierIds: readonly string[]): Promise<number> {
  return tx.execute(`delete from person_index where dossier_id = any($1::uuid[])`, [dossierIds]);
}
