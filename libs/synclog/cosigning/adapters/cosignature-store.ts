import type { Database, Queryable } from '#platform';

/** A checkpoint as the log has signed it, before anybody cosigned. */
export interface Candidate {
  size: number;
  note: string;
}

/** The newest checkpoint of those signed before an instant; undefined when there is none. */
export async function readCandidate(tx: Queryable, before: Date): Promise<Candidate | undefined> {
  const [row] = await tx.query<{ size: string; note: string }>(
    'select size, note from synclog_checkpoint where signed_at < $1 order by size desc limit 1',
    [before],
  );
  return row && { size: Number(row.size), note: row.note };
}

/** What a worker that may ask a witness knows of it. */
export interface WitnessTurn {
  /** The witness has cosigned this size last, as far as we know. */
  size: number;
  /** In a row, of all workers. */
  failures: number;
}

export async function addWitness(tx: Queryable, witness: string): Promise<void> {
  await tx.query(
    `insert into synclog_witness (witness, size, failures, ask_after) values ($1, 0, 0, '-infinity') on conflict do nothing`,
    [witness],
  );
}

/** Takes the turn to ask a witness for this size, for a time. The update guards a race: of several workers one gets it.
 *  @returns undefined when it has the size, is being asked, or is left alone after a failure */
export async function takeTurn(
  tx: Queryable,
  witness: string,
  { size, now, until }: { size: number; now: Date; until: Date },
): Promise<WitnessTurn | undefined> {
  const [row] = await tx.query<{ size: string; failures: number }>(
    `update synclog_witness set ask_after = $4 where witness = $1 and size < $2 and ask_after <= $3 returning size, failures`,
    [witness, size, now, until],
  );
  return row && { size: Number(row.size), failures: row.failures };
}

/** Gives the turn back. */
export async function endTurn(
  tx: Queryable,
  witness: string,
  { failures, askAfter }: { failures: number; askAfter: Date },
): Promise<void> {
  await tx.query('update synclog_witness set failures = $2, ask_after = $3 where witness = $1', [
    witness,
    failures,
    askAfter,
  ]);
}

/** Keeps a cosignature, once, and ends the turn. */
export async function keepCosignature(
  db: Database,
  { witness, size, line, at }: { witness: string; size: number; line: string; at: Date },
): Promise<void> {
  await db.run((tx) => {
    tx.send(
      'insert into synclog_cosignature (size, witness, line, received_at) values ($1, $2, $3, $4) on conflict do nothing',
      [size, witness, line, at],
    );
    tx.send('update synclog_witness set size = greatest(size, $2), failures = 0, ask_after = $3 where witness = $1', [
      witness,
      size,
      at,
    ]);
  });
}

/** Size of the newest checkpoint that so many of these witnesses have cosigned. It is not above what that many have cosigned last: there the search
 *  begins, so that it does not read the whole history of the one that is there while others are away. */
const WITNESSED = `
select size from synclog_cosignature
where witness = any($1) and size <= (
  select size from synclog_witness where witness = any($1) order by size desc offset $2::integer - 1 limit 1)
group by size having count(*) >= $2::integer order by size desc limit 1`;

export async function readWitnessedSize(
  tx: Queryable,
  witnesses: readonly string[],
  atLeast: number,
): Promise<number | undefined> {
  const [row] = await tx.query<{ size: string }>(WITNESSED, [witnesses, atLeast]);
  return row && Number(row.size);
}

/** When the oldest checkpoint was signed that this witness has not cosigned, nor a newer one; undefined when it has the newest. */
export async function readWaitingSince(tx: Queryable, witness: string): Promise<Date | undefined> {
  const [row] = await tx.query<{ at: Date }>(
    `select signed_at as at from synclog_checkpoint
     where size > coalesce((select size from synclog_witness where witness = $1), 0) order by size limit 1`,
    [witness],
  );
  return row?.at;
}
