import type { DecisionBody, EventRow } from '#intake';
import { rfc3339 } from '#platform';
import type { JsonObject } from '../http/answer-json';
import { instantOf, parsePartnerDate } from '../wire/dates';
import { codeText } from '../wire/code-text';
import { filledText, integerOf, objectOf } from '../wire/fields';
import { rowBytes } from '../wire/row-bytes';

const DECISIONS: Readonly<Record<string, DecisionBody['decision']>> = {
  TIEP_NHAN: 'accept',
  YEU_CAU_BO_SUNG: 'request-supplement',
  TU_CHOI: 'refuse',
  TRA_KET_QUA: 'hand-over',
  RUT: 'withdraw',
  YEU_CAU_PHI: 'require-fee',
  DUNG: 'stop',
};

/** Hour at which a deadline ends that is written as a day only (CONTRACTS §1.2 "DVCLT status"). */
const END_OF_OFFICE_HOUR = 17;

type Broken = Extract<EventRow, { failure: unknown }>['failure'];

/** Reads one row of `suKien` (CONTRACTS §1.1): an officer's decision in our words, or why it is none; the reason names fields only.
 *  Its bytes are the canonical form, so that the same row is recognised however it was spelt. Never throws for what the row holds. */
export function eventRow(value: unknown): EventRow {
  const row = objectOf(value) ?? {};
  const position = integerOf(row['viTri']);
  const dvclt = codeText(row['maHoSoLT']);
  const oneStop = codeText(row['maHoSoMCDT']);
  const base = {
    raw: rowBytes(value),
    codes: { ...(dvclt ? { dvclt } : {}), ...(oneStop ? { oneStop } : {}) },
    ...(position === undefined || position < 1 ? {} : { position }),
  };
  const failure = failureOf(row, base);
  if (failure) return { ...base, failure };
  return { ...base, decision: decisionOf(row, oneStop) };
}

function failureOf(row: JsonObject, { position, codes }: Pick<EventRow, 'position' | 'codes'>): Broken | undefined {
  if (position === undefined) return broken('position-missing', 'viTri', 'viTri is missing or no number');
  if (!Object.hasOwn(DECISIONS, filledText(row['suKien']) ?? ''))
    return broken('event-kind-unknown', 'suKien', 'suKien is none of the known ones');
  if (timeOf(row['thoiGian']) === undefined)
    return broken('date-unreadable', 'thoiGian', 'thoiGian has no readable form');
  if (Object.keys(codes).length === 0)
    return broken('code-missing', 'maHoSoLT', 'neither maHoSoLT nor maHoSoMCDT holds a code');
  const deadline = filledText(row['hanBoSungHoSo']);
  if (deadline !== undefined && timeOf(deadline) === undefined)
    return broken('date-unreadable', 'hanBoSungHoSo', 'hanBoSungHoSo has no readable form');
  return undefined;
}

function broken(code: string, field: string, reason: string): Broken {
  return { code, field, reason };
}

/** Of a row without failure. */
function decisionOf(row: JsonObject, oneStopCode: string | undefined): DecisionBody {
  const officer = filled({
    name: filledText(row['nguoiXuLy']),
    title: filledText(row['chucDanh']),
    department: filledText(row['phongBanXuLy']),
  });
  return filled({
    decision: DECISIONS[filledText(row['suKien']) ?? ''],
    decidedAt: timeOf(row['thoiGian']) ?? '',
    officer,
    note: filledText(row['noiDungXuLy']),
    supplementDeadline: timeOf(row['hanBoSungHoSo'], END_OF_OFFICE_HOUR),
    oneStopCode,
  });
}

function timeOf(value: unknown, hourOfDay = 0): string | undefined {
  const date = parsePartnerDate(filledText(value) ?? '');
  const at = date === undefined ? undefined : instantOf({ ...date, hour: date.hour ?? hourOfDay });
  return at === undefined ? undefined : rfc3339(at);
}

function filled<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
