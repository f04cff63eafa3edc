import type { Tx, Queryable } from '#platform';
import type { QuarantineState } from '../domain/quarantine-states';

/** An inbound item that was not understood or not mapped (CONTRACTS §2 `/quarantine`). */
export interface QuarantineItem {
  id: string;
  source: string;
  codes: { dvclt?: string; oneStop?: string };
  stage: string;
  reasonCode: string;
  reason: string;
  field: string | null;
  /** Whose side must act: a partner's id, or `province`. */
  responsible: string;
  /** Commune as the source wrote it, five digits; null where none could be read. */
  unit: string | null;
  firstSeen: Date;
  lastSeen: Date;
  /** How often it was listed. */
  seen: number;
  state: QuarantineState;
}

export interface QuarantineRow {
  id: string;
  source: string;
  /** The source's code, or a digest of the row where no code can be read: one open item each. */
  itemKey: string;
  codes: { dvclt?: string; oneStop?: string };
  stage: string;
  reasonCode: string;
  reason: string;
  field: string | null;
  responsible: string;
  /** Commune as the source wrote it, five digits. */
  unit: string | null;
  listingDigest: Buffer | null;
  messageId: string | null;
}

/** Items are locked by key, then id, by whatever takes several: two that meet wait for each other in one direction only. */
export const LOCK_ORDER = 'order by item_key, id';

/** Opens items, or renews the open ones of the same key (one open item per code). Item keys must differ.
 *  `isNew` is false for a renewed one. */
export async function upsertItems(
  tx: Tx,
  rows: readonly QuarantineRow[],
  at: Date,
): Promise<{ id: string; itemKey: string; isNew: boolean }[]> {
  return tx.query(
    `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, field, responsible, unit, listing_digest, message_id, first_seen, last_seen, seen, state)
     select r.id, r.source, r."itemKey", r.codes, r.stage, r."reasonCode", r.reason, r.field, r.responsible, r.unit, decode(r."listingDigest", 'base64'), r."messageId", $2, $2, 1, 'open'
     from jsonb_to_recordset($1::jsonb) as r(id uuid, source text, "itemKey" text, codes jsonb, stage text, "reasonCode" text, reason text, field text,
       responsible text, unit text, "listingDigest" text, "messageId" uuid)
     order by r."itemKey"
     on conflict (source, item_key) where state in ('open','rerun') do update
       set codes = excluded.codes, stage = excluded.stage, reason_code = excluded.reason_code, reason = excluded.reason, field = excluded.field,
           responsible = excluded.responsible, unit = excluded.unit, listing_digest = excluded.listing_digest, message_id = coalesce(excluded.message_id, quarantine.message_id),
           last_seen = excluded.last_seen, seen = quarantine.seen + 1, state = 'open'
     returning id, item_key as "itemKey", xmax = 0 as "isNew"`,
    [JSON.stringify(rows.map((row) => ({ ...row, listingDigest: row.listingDigest?.toString('base64') ?? null }))), at],
  );
}

/** Listed again, unchanged. */
export async function touchItems(tx: Queryable, ids: readonly string[], at: Date): Promise<void> {
  await tx.execute(
    `with seen_now as (select id from quarantine where id = any($1::uuid[]) and state in ('open','rerun') ${LOCK_ORDER} for update)
     update quarantine q set last_seen = $2, seen = q.seen + 1 from seen_now where q.id = seen_now.id`,
    [ids, at],
  );
}

export async function resolveItems(
  tx: Tx,
  ids: readonly string[],
  at: Date,
): Promise<Pick<QuarantineItem, 'id' | 'source' | 'codes' | 'unit'>[]> {
  return tx.query(
    `with come_through as (select id from quarantine where id = any($1::uuid[]) and state in ('open','rerun') ${LOCK_ORDER} for update)
     update quarantine q set state = 'resolved', last_seen = $2 from come_through where q.id = come_through.id
     returning q.id, q.source, q.codes, q.unit`,
    [ids, at],
  );
}

/** Of `QuarantineItem`. */
export const ITEM_COLUMNS = `id, source, codes, stage, reason_code as "reasonCode", reason, field, responsible, unit, first_seen as "firstSeen", last_seen as "lastSeen", seen, state`;

/** Communes that the caller is limited to; null or absent = all. An item whose commune could not be read is nobody's but theirs who see all. */
export type Units = readonly string[] | null;

/** A condition on the column `unit`. @param place of the communes among the statement's parameters */
export const inUnits = (place: string): string => `(${place}::text[] is null or unit = any(${place}))`;

/** Items in the order of their ids (UUIDv7: oldest first). */
export async function readItems(
  tx: Queryable,
  page: { state?: QuarantineState; after?: string; limit: number; units?: Units },
): Promise<QuarantineItem[]> {
  return tx.query<QuarantineItem>(
    `select ${ITEM_COLUMNS} from quarantine
     where ($1::text is null or state = $1) and ($2::uuid is null or id > $2) and ${inUnits('$4')} order by id limit $3`,
    [page.state ?? null, page.after ?? null, page.limit, page.units ?? null],
  );
}

export async function readItem(tx: Queryable, id: string, units: Units = null): Promise<QuarantineItem | undefined> {
  const rows = await tx.query<QuarantineItem>(
    `select ${ITEM_COLUMNS} from quarantine where id = $1 and ${inUnits('$2')}`,
    [id, units],
  );
  return rows[0];
}

/** Items of these keys that are open or that were given up, by key: a row that comes again brings nothing new. */
export async function readKnownItems(tx: Tx, source: string, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; itemKey: string }>(
    `select id, item_key as "itemKey" from quarantine where source = $1 and item_key = any($2::text[]) and state <> 'resolved'`,
    [source, keys],
  );
  return new Map(rows.map((row) => [row.itemKey, row.id]));
}

/** An item that is to be run again, with the bytes that its message keeps. */
export interface RerunItem {
  id: string;
  source: string;
  itemKey: string;
  /** The source's dossier code; null where none can be read. */
  code: string | null;
  stage: string;
  reasonCode: string;
  reason: string;
  field: string | null;
  responsible: string;
  unit: string | null;
  messageId: string | null;
  rawRef: string | null;
}

export async function readRerunItems(tx: Queryable, limit: number): Promise<RerunItem[]> {
  return tx.query<RerunItem>(
    `select q.id, q.source, q.item_key as "itemKey", q.codes->>'dvclt' as code, q.stage, q.reason_code as "reasonCode", q.reason, q.field, q.responsible, q.unit,
       q.message_id as "messageId", m.raw_ref as "rawRef"
     from quarantine q left join intake_message m on m.id = q.message_id where q.state = 'rerun' order by q.id limit $1`,
    [limit],
  );
}

/** State of an item, which stays locked until the transaction ends. */
export async function lockItem(tx: Tx, id: string, units: Units = null): Promise<QuarantineState | undefined> {
  const rows = await tx.query<{ state: QuarantineState }>(
    `select state from quarantine where id = $1 and ${inUnits('$2')} for update`,
    [id, units],
  );
  return rows[0]?.state;
}

export async function markForRerun(tx: Tx, id: string): Promise<void> {
  await tx.execute(`update quarantine set state = 'rerun' where id = $1`, [id]);
}

/** Run again and still broken: open, with the reason of now. */
export async function reopenItem(
  tx: Tx,
  id: string,
  reason: Pick<QuarantineRow, 'stage' | 'reasonCode' | 'reason' | 'field' | 'responsible' | 'unit'>,
): Promise<void> {
  await tx.execute(
    `update quarantine set state = 'open', stage = $2, reason_code = $3, reason = $4, field = $5, responsible = $6, unit = $7 where id = $1`,
    [id, reason.stage, reason.reasonCode, reason.reason, reason.field, reason.responsible, reason.unit],
  );
}
