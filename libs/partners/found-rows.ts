import type { PartnerId } from '#dossier';
import type { AskedDossier, Found, PartnerRow } from '#reconciliation';
import { plainCode } from './wire/code-text';

/** A row that says nothing that is understood, with the codes that it names all the same. */
interface UnreadableRow {
  codes: PartnerRow['codes'];
  reasonCode: string;
  /** What it is beside another row of its dossier, where that is already enough to say that there are two. */
  twin?: PartnerRow;
}

/** A row of a partner's answer as it was read. */
export type ReadRow = PartnerRow | UnreadableRow;

/** Whether a row is about a dossier: partners name dossiers by different codes. */
export type BelongsTo = (dossier: AskedDossier, codes: PartnerRow['codes']) => boolean;

/** Stands for a code that is none, as in the sync log: the text itself leaves no adapter. */
const STRANGE_CODE = 'unreadable';

export const byOneStopCode: BelongsTo = ({ codes }, row) => row.oneStop !== undefined && row.oneStop === codes.oneStop;

export const byEitherCode: BelongsTo = (dossier, row) =>
  byOneStopCode(dossier, row) || (row.dvclt !== undefined && row.dvclt === dossier.codes.dvclt);

export function isReadable(row: ReadRow): row is PartnerRow {
  return !('reasonCode' in row);
}

export function rowWithoutCode(partner: PartnerId): ReadRow {
  return { codes: {}, reasonCode: `${partner}.row-without-code` };
}

/** A row by the codes that its partner gives. Only what is a code goes into it: a row with a text in place of one is unreadable.
 *  @param given the members as they came
 *  @param said the rest of the row */
export function namedRow(
  partner: PartnerId,
  given: { dvclt?: unknown; oneStop?: unknown },
  said: Omit<PartnerRow, 'codes'>,
): ReadRow {
  const [dvclt, oneStop] = [plainCode(given.dvclt), plainCode(given.oneStop)];
  const codes = {
    ...(typeof dvclt === 'object' ? { dvclt: dvclt.code } : {}),
    ...(typeof oneStop === 'object' ? { oneStop: oneStop.code } : {}),
  };
  if (isNameless(codes)) return rowWithoutCode(partner);
  if (dvclt !== 'strange' && oneStop !== 'strange') return { codes, ...said };
  const twin = oneStop === 'strange' ? { twin: { codes: { ...codes, oneStop: STRANGE_CODE }, ...said } } : {};
  return { codes, reasonCode: `${partner}.code-strange`, ...twin };
}

/** Rows of one answer, each told once. One that is repeated counts once, with its latest time; rows of the same codes that contradict each
 *  other say nothing about their dossier.
 *  @param contradiction reason code of the latter */
export function toldOnce(rows: readonly ReadRow[], contradiction: string): readonly ReadRow[] {
  const told = new Map<string, ReadRow>();
  const nameless: ReadRow[] = [];
  for (const row of rows) {
    const { dvclt, oneStop } = row.codes;
    if (isNameless(row.codes)) {
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
  if (!isReadable(one)) return isReadable(other) ? one : bothUnreadable(one, other, contradiction);
  if (!isReadable(other)) return other;
  if (one.status !== other.status || one.hasResult !== other.hasResult)
    return { codes: one.codes, reasonCode: contradiction };
  return changedMs(one) >= changedMs(other) ? one : other;
}

function changedMs({ changedAt }: PartnerRow): number {
  return changedAt?.getTime() ?? 0;
}

/** One that is nothing even beside another row outweighs one that is. */
function bothUnreadable(one: UnreadableRow, other: UnreadableRow, contradiction: string): UnreadableRow {
  if (one.twin === undefined || other.twin === undefined) return one.twin === undefined ? one : other;
  const twin = bothOf(one.twin, other.twin, contradiction);
  return { ...one, twin: isReadable(twin) ? twin : { codes: twin.codes, status: null } };
}

function isNameless({ dvclt, oneStop }: PartnerRow['codes']): boolean {
  return dvclt === undefined && oneStop === undefined;
}

/** What an answer says about each dossier that was asked for, in the order of asking. Rows are matched by code and never by position (Q16). A dossier
 *  without a row is absent only where every row is another one's that was asked for: one without a code, or of a code that nobody asked for, may be its,
 *  spelled otherwise. */
export function foundOf(
  dossiers: readonly AskedDossier[],
  rows: readonly ReadRow[],
  { belongsTo, partner }: { belongsTo: BelongsTo; partner: PartnerId },
): readonly Found[] {
  const ofNobody = whoseUnknown(dossiers, rows, belongsTo);
  return dossiers.map((dossier): Found => {
    const own = rows.filter(({ codes }) => belongsTo(dossier, codes));
    if (own.length === 0)
      return ofNobody === undefined ? { kind: 'absent' } : { kind: 'unreadable', reasonCode: `${partner}.${ofNobody}` };
    const readable = own.filter(isReadable);
    const broken = own.filter((row): row is UnreadableRow => !isReadable(row));
    const twins = broken.flatMap((row) => twinBeside(row, readable) ?? []);
    if (twins.length < broken.length) return { kind: 'unreadable', reasonCode: broken[0].reasonCode };
    return { kind: 'rows', rows: [...readable, ...twins] };
  });
}

function whoseUnknown(
  dossiers: readonly AskedDossier[],
  rows: readonly ReadRow[],
  belongsTo: BelongsTo,
): string | undefined {
  if (rows.some(({ codes }) => isNameless(codes))) return 'row-without-code';
  const isOfNobody = ({ codes }: ReadRow): boolean => !dossiers.some((dossier) => belongsTo(dossier, codes));
  return rows.some(isOfNobody) ? 'row-of-another-code' : undefined;
}

/** Another row of the same dossier under a code of its own shows that the dossier is there twice. */
function twinBeside({ codes, twin }: UnreadableRow, readable: readonly PartnerRow[]): PartnerRow | undefined {
  const hasOther = readable.some((row) => row.codes.dvclt === codes.dvclt && row.codes.oneStop !== undefined);
  return twin !== undefined && hasOther ? twin : undefined;
}

/** What a page of a list tells: a dossier with a row that cannot be read is told by none of its rows, so that it is asked for by code. */
export function listedOf(rows: readonly ReadRow[]): { rows: readonly PartnerRow[]; unreadable: number } {
  const readable = rows.filter(isReadable);
  const broken = rows.filter((row): row is UnreadableRow => !isReadable(row));
  const twins = broken.flatMap((row) => twinBeside(row, readable) ?? []);
  const unread = broken.filter((row) => twinBeside(row, readable) === undefined);
  const unreadCodes = new Set(unread.flatMap(({ codes }) => keysOf(codes)));
  const isTold = ({ codes }: PartnerRow): boolean => !keysOf(codes).some((key) => unreadCodes.has(key));
  return { rows: [...readable, ...twins].filter(isTold), unreadable: unread.length };
}

function keysOf({ dvclt, oneStop }: PartnerRow['codes']): string[] {
  return [...(dvclt === undefined ? [] : [`dvclt ${dvclt}`]), ...(oneStop === undefined ? [] : [`oneStop ${oneStop}`])];
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
