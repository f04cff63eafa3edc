/** Position to ask from after a batch of rows was stored: never beyond what was read, so that no row is skipped, whatever the source's
 *  own mark says (CONTRACTS §1.1 `viTriTiep`). Only a batch without any readable position is passed by that mark.
 *  @param marked the source's own mark; null when it gives none */
export function nextPosition(after: number, rows: readonly { position?: number }[], marked: number | null): number {
  const positions = rows.map((row) => row.position).filter((one) => one !== undefined);
  if (positions.length === 0) return Math.max(after, marked ?? after);
  const highest = Math.max(...positions);
  // A single wild number must not carry the mark past rows that were never listed; a mark that does not move is none.
  return Math.max(after, marked === null || marked <= after ? highest : Math.min(highest, marked));
}
