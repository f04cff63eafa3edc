import type { PartnerId } from '#dossier';
import type { Queryable, Tx } from '#platform';
import type { Finding, OpenDiscrepancy } from '../domain/changes';
import type { IdWindow } from '../domain/id-window';
import type { Discrepancy, DiscrepancyClass, DiscrepancyState } from '../domain/discrepancy';

const COLUMNS = `x.id, x.partner, x.class, x.dossier_id as "dossierId", x.codes, x.unit, x.procedure, x.ours, x.theirs, x.cause, x.responsible,
  x.state, x.first_seen_at as "firstSeenAt", x.last_seen_at as "lastSeenAt", x.seen, x.reconciliation_id as "reconciliationId",
  x.closed_at as "closedAt"`;

/** Each null = any. */
export interface DiscrepancyFilter {
  partner: PartnerId | null;
  class: DiscrepancyClass | null;
  state: DiscrepancyState | null;
  unit: string | null;
  dossierId: string | null;
  /** Run that saw it last. */
  reconciliationId: string | null;
  /** Communes the caller is limited to: what has no commune is not shown then. Null = all. */
  units: readonly string[] | null;
  /** Id; only older ones. */
  after: string | null;
  limit: number;
}

/** Newest first. */
export async function readDiscrepancies(tx: Queryable, filter: DiscrepancyFilter): Promise<Discrepancy[]> {
  return tx.query<Discrepancy>(
    `select ${COLUMNS} from discrepancy x
     where ($1::text is null or x.partner = $1) and ($2::text is null or x.class = $2) and ($3::text is null or x.state = $3)
       and ($4::text is null or x.unit = $4) and ($5::uuid is null or x.dossier_id = $5) and ($6::uuid is null or x.reconciliation_id = $6)
       and ($7::text[] is null or x.unit = any($7)) and ($8::uuid is null or x.id < $8)
     order by x.id desc limit $9`,
    [
      filter.partner,
      filter.class,
      filter.state,
      filter.unit,
      filter.dossierId,
      filter.reconciliationId,
      filter.units,
      filter.after,
      filter.limit,
    ],
  );
}

/** What is open about these subjects with the partner, by subject. Only the partner's one open run writes them. */
export async function readOpen(
  tx: Queryable,
  partner: PartnerId,
  subjects: readonly string[],
): Promise<Map<string, OpenDiscrepancy>> {
  if (subjects.length === 0) return new Map();
  const rows = await tx.query<OpenDiscrepancy>(
    `select ${OPEN_COLUMNS} from discrepancy x where x.partner = $1 and x.subject = any($2::text[]) and x.state = 'open'`,
    [partner, subjects],
  );
  return new Map(rows.map((row) => [row.subject, row]));
}

const OPEN_COLUMNS = `x.id, x.subject, x.dossier_id as "dossierId", x.class, x.codes, x.unit, x.procedure, x.reconciliation_id as "reconciliationId"`;

/** An open difference that this run has not seen. */
export interface Unseen extends OpenDiscrepancy {
  /** When the partner had changed what only it has. */
  thereChangedAt: Date | null;
  /** The list has told of the dossier. */
  isListed: boolean;
}

/** Open differences with the partner that the run has not seen, in the order of their ids.
 *  @param ofDossiers false: only what the partner alone has */
export async function readUnseen(
  tx: Queryable,
  run: { id: string; partner: PartnerId; ofDossiers: boolean },
  { after, limit }: { after: string | null; limit: number },
): Promise<Unseen[]> {
  return tx.query<Unseen>(
    `select ${OPEN_COLUMNS}, x.there_changed_at as "thereChangedAt",
       exists (select from reconciliation_seen s where s.reconciliation_id = $1 and s.dossier_id = x.dossier_id) as "isListed"
     from discrepancy x
     where x.partner = $2 and x.state = 'open' and x.reconciliation_id <> $1 and ($3 or x.dossier_id is null) and ($4::uuid is null or x.id > $4)
     order by x.id limit $5`,
    [run.id, run.partner, run.ofDossiers, after, limit],
  );
}

/** Open differences about dossiers outside the window that the run has not seen, in the order of their ids. */
export async function readOutside(
  tx: Queryable,
  { id, partner, after, limit }: { id: string; partner: PartnerId; after: string | null; limit: number },
  { from, to }: IdWindow,
): Promise<{ id: string; dossierId: string }[]> {
  return tx.query(
    `select x.id, x.dossier_id as "dossierId" from discrepancy x
     where x.partner = $1 and x.state = 'open' and x.reconciliation_id <> $2 and (x.dossier_id < $3::uuid or x.dossier_id >= $4::uuid)
       and ($5::uuid is null or x.id > $5)
     order by x.id limit $6`,
    [partner, id, from, to, after, limit],
  );
}

/** A difference as it is written first. */
export interface NewDiscrepancy extends OpenDiscrepancy, Finding {
  thereChangedAt: Date | null;
}

export interface DiscrepancyChanges {
  close: readonly OpenDiscrepancy[];
  again: readonly (Finding & { id: string; codes: readonly string[]; thereChangedAt: Date | null })[];
  open: readonly NewDiscrepancy[];
}

/** Closes, marks as seen again, and opens, in this order: one that became another is closed before the other is opened. */
export function writeChanges(
  tx: Tx,
  { partner, reconciliationId, at }: { partner: PartnerId; reconciliationId: string; at: Date },
  { close, again, open }: DiscrepancyChanges,
): void {
  if (close.length > 0)
    tx.send(`update discrepancy set state = 'closed', closed_at = $2 where id = any($1::uuid[]) and state = 'open'`, [
      close.map((one) => one.id),
      at,
    ]);
  if (again.length > 0)
    tx.send(
      `update discrepancy x
       set seen = x.seen + 1, last_seen_at = $2, reconciliation_id = $3, ours = r.ours, theirs = r.theirs, cause = r.cause,
         responsible = r.responsible, codes = r.codes, there_changed_at = r."thereChangedAt"
       from jsonb_to_recordset($1::jsonb) as r (id uuid, ours integer, theirs integer, cause text, responsible text, codes text[], "thereChangedAt" timestamptz)
       where x.id = r.id`,
      [JSON.stringify(again), at, reconciliationId],
    );
  if (open.length > 0)
    tx.send(
      `insert into discrepancy (id, partner, subject, class, dossier_id, codes, unit, procedure, ours, theirs, there_changed_at, cause, responsible,
         state, first_seen_at, last_seen_at, reconciliation_id)
       select r.id, $2, r.subject, r.class, r."dossierId", r.codes, r.unit, r.procedure, r.ours, r.theirs, r."thereChangedAt", r.cause, r.responsible,
         'open', $3, $3, $4
       from jsonb_to_recordset($1::jsonb) as r (id uuid, subject text, class text, "dossierId" uuid, codes text[], unit text, procedure text,
         ours integer, theirs integer, "thereChangedAt" timestamptz, cause text, responsible text)`,
      [JSON.stringify(open), partner, at, reconciliationId],
    );
}
