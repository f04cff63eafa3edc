import type { ListedItem } from '#intake';
import { canonicalBytes } from '#platform';
import { filledText, objectOf } from '../wire/fields';

/** A row of the list, or why it is none; the reason names the field only. */
export type ListedRow = { item: ListedItem } | { unreadable: { listing: Buffer; reason: string } };

/** Reads a row `{id, maDonVi, maTTHC, module, maHoSo, ngayTiepNhan, techId}`: only `id` (number or GUID) and `maHoSo` are needed to fetch
 *  and acknowledge; null and further fields are allowed. */
export function listedRow(value: unknown): ListedRow {
  const listing = canonicalBytes(value ?? null);
  const row = objectOf(value);
  if (row === undefined) return { unreadable: { listing, reason: 'the row is not an object' } };
  const listId = filledText(row['id']);
  const code = filledText(row['maHoSo']);
  if (listId === undefined) return { unreadable: { listing, reason: 'id is missing or empty' } };
  if (code === undefined) return { unreadable: { listing, reason: 'maHoSo is missing or empty' } };
  return { item: { listId, code, listing } };
}
