import type { AskedDossier, Found, PartnerRow } from '#reconciliation';

/** A row that says nothing that is understood, with the codes that it names all the same. */
interface UnreadableRow {
  codes: PartnerRow['codes'];
  reasonCode: string;
}

/** A row of a partner's answer as it was read. */
export type ReadRow = PartnerRow | UnreadableRow;

/** Whether a row is about a dossier: partners name dossiers by different codes. */
export type BelongsTo = (dossier: AskedDossier, codes: PartnerRow['codes']) => boolean;

export const byOneStopCode: BelongsTo = ({ codes }, row) => row.oneStop !== undefined && row.oneStop === codes.oneStop;

export const byEitherCode: BelongsTo = (dossier, row) =>
  byOneStopCode(dossier, row) || (row.dvclt !== undefined && row.dvclt === dossier.codes.dvclt);

export function isReadable(row: ReadRow): row is PartnerRow {
  return !('reasonCode' in row);
}

/** Rows of one answer, each told once. One that is repeated counts once, with its latest time; rows of the same codes that contradict each
 *  other say nothing about their dossier.
 *  @param contradiction reason code of the latter */
export function toldOnce(rows: readonly ReadRow[], contradiction: string): readonly ReadRow[] {
  const told = new Map<string, ReadRow>();
  const nameless: ReadRow[] = [];
  for (const row of rows) {
    const { dvclt, oneStop } = row.codes;
    if (dvclt === undefined && oneStop === undefined) {
      nameless.push(row);
      continue;
    }
    const key = JSON.stringify([dvclt ?? null, oneStop ?? null]);
    const before = told.get(key);
    told.set(key, before === undefined ? row : bothOf(before, row, contradiction));
  }
  return [...told.values(), ...nameless];
}

function bothOf(one: ReadRow, other: ReadRow, contradiction: string): ReadRow {
  if (!isReadable(one)) return one;
  if (!isReadable(other)) return other;
  if (one.status !== other.status || one.hasResult !== other.hasResult)
    return { codes: one.codes, reasonCode: contradiction };
  return (one.changedAt?.getTime() ?? 0) >= (other.changedAt?.getTime() ?? 0) ? one : other;
}

/** What an answer says about each dossier that was asked for, in the order of asking. Rows are matched by code and never by position (Q16); those of
 *  other dossiers are left out. A dossier without a row is absent only where every row could be read as far as its code: the one that could not may be its.
 *  @param nameless reason code of a dossier without a row beside a row without a code */
export function foundOf(
  dossiers: readonly AskedDossier[],
  rows: readonly ReadRow[],
  { belongsTo, nameless }: { belongsTo: BelongsTo; nameless: string },
): readonly Found[] {
  const isWhole = rows.every(({ codes }) => codes.dvclt !== undefined || codes.oneStop !== undefined);
  return dossiers.map((dossier): Found => {
    const own = rows.filter(({ codes }) => belongsTo(dossier, codes));
    const unreadable = own.find((row): row is UnreadableRow => !isReadable(row));
    if (unreadable !== undefined) return { kind: 'unreadable', reasonCode: unreadable.reasonCode };
    if (own.length > 0) return { kind: 'rows', rows: own.filter(isReadable) };
    return isWhole ? { kind: 'absent' } : { kind: 'unreadable', reasonCode: nameless };
  });
}

/** @throws RangeError for what no caller may ask: nothing, more than `atMost`, or a dossier without the code that the partner knows it by */
export function assertAskable(
  dossiers: readonly AskedDossier[],
  atMost: number,
  codeOf: (dossier: AskedDossier) => string | undefined,
): void {
  if (dossiers.length === 0 || dossiers.length > atMost)
    throw new RangeError(`a look-up is for 1 to ${atMost} dossiers`);
  if (dossiers.some((dossier) => codeOf(dossier) === undefined))
    throw new RangeError('a dossier without a code cannot be looked up');
}
