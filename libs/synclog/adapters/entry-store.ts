import type { Tx } from '#platform';

export interface EntryRow {
  id: string;
  kind: string;
  dossierId: string | null;
  bytes: Buffer;
}

/** Entries and their outbox rows in one statement. The outbox follows the order given: the sequencer numbers leaves by it.
 *  Bytes go as one binary parameter, cut apart by the server (see the vault's store). */
export function insertEntries(tx: Tx, rows: readonly EntryRow[], at: Date): void {
  const offsets: number[] = [];
  let offset = 1;
  for (const row of rows) {
    offsets.push(offset);
    offset += row.bytes.length;
  }
  tx.send(
    `with given as (
       select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::int[]) with ordinality as g(id, kind, dossier_id, start, length, n)
     ), entry as (
       insert into synclog_entry (id, at, kind, dossier_id, bytes)
       select id, $7, kind, dossier_id, substring($6::bytea from start for length) from given
     )
     insert into synclog_outbox (entry_id) select id from given order by n`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.kind),
      rows.map((row) => row.dossierId),
      offsets,
      rows.map((row) => row.bytes.length),
      Buffer.concat(rows.map((row) => row.bytes)),
      at,
    ],
  );
}
