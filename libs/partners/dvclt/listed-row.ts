import type { ListedItem } from '#intake';
import { codeText } from '../wire/code-text';
import { filledText, objectOf } from '../wire/fields';
import { rowBytes } from '../wire/row-bytes';

/** A row of the list, or why it is none; the reason names the field only. */
export type ListedRow = { item: ListedItem } | { unreadable: { listing: Buffer; reason: string } };

/** A number or a GUID. */
const MAX_ID_LENGTH = 128;

/** Reads a row `{id, maDonVi, maTTHC, module, maHoSo, ngayTiepNhan, techId}`: only `id` (number or GUID) and `maHoSo` are needed to fetch
 *  and acknowledge; null and further fields are allowed. */
export function listedRow(value: unknown): ListedRow {
  const listing = rowBytes(value);
  const row = objectOf(value);
  if (row === undefined) return { unreadable: { listing, reason: 'the row is not an object' } };
  const missing = ['id', 'maHoSo'].find((name) => filledText(row[name]) === undefined);
  if (missing !== undefined) return { unreadable: { listing, reason: `${missing} is missing or empty` } };
  const listId = codeText(row['id'], MAX_ID_LENGTH);
  const code = codeText(row['maHoSo']);
  if (listId === undefined || code === undefined)
    return { unreadable: { listing, reason: `${code === undefined ? 'maHoSo' : 'id'} is no code` } };
  return { item: { listId, code, listing } };
}
