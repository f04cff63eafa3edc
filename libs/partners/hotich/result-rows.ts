import type { RegistryRow } from '#intake';
import { RegistryStatus } from '#dossier';
import { isDeeperThan, rfc3339 } from '#platform';
import type { JsonObject } from '../http/answer-json';
import { instantOf, parsePartnerDate } from '../wire/dates';
import { arrayOf, filledText, integerOf, objectOf } from '../wire/fields';
import { registrationResult } from './registration-result';

/** Hour at which a deadline ends that is written as a day only (CONTRACTS §1.2 "DVCLT status"). */
const END_OF_OFFICE_HOUR = 17;

/** A row holds its result, which holds an address or two. */
export const MAX_ROW_DEPTH = 32;

const STATUSES: ReadonlySet<number> = new Set([
  RegistryStatus.WaitingForAcceptance,
  RegistryStatus.SupplementRequired,
  RegistryStatus.InProcess,
  RegistryStatus.Completed,
  RegistryStatus.Refused,
]);

/** Rows that belong to the codes we asked for, and how many rows were strange: without a code, of another code, with a meaningless status,
 *  or contradicting another one of their code. */
export interface ReadRows {
  rows: readonly RegistryRow[];
  strange: number;
}

/**
 * Reads the rows of an answer (hotich.md §4), matched by `maHoSoMCDT` and never by position (Q16). Rows of other codes are ignored.
 * Of two rows of one code the first counts; when they contradict each other neither does: the code is absent from this answer and is
 * asked for again.
 */
export function readRows(module: 'KS' | 'KT', codes: readonly string[], value: unknown): ReadRows {
  const asked = new Set(codes);
  const byCode = new Map<string, RegistryRow | null>();
  let strange = 0;
  for (const row of arrayOf(value)) {
    const read = rowOf(module, objectOf(row) ?? {});
    if (read === undefined || !asked.has(read.code)) {
      strange += 1;
      continue;
    }
    if (read.status === null) strange += 1;
    const before = byCode.get(read.code);
    if (before === undefined) byCode.set(read.code, read);
    else if (before !== null && !isSameReport(before, read)) {
      strange += 1;
      byCode.set(read.code, null);
    }
  }
  return { rows: [...byCode.values()].filter((row) => row !== null), strange };
}

/** The rows alone. */
export function registryRows(module: 'KS' | 'KT', codes: readonly string[], value: unknown): readonly RegistryRow[] {
  return readRows(module, codes, value).rows;
}

function isSameReport(one: RegistryRow, other: RegistryRow): boolean {
  const isSameResult = (one.result === undefined) === (other.result === undefined);
  return (
    one.status === other.status &&
    one.changedAt === other.changedAt &&
    isSameResult &&
    one.result?.registryCode === other.result?.registryCode
  );
}

function rowOf(module: 'KS' | 'KT', row: JsonObject): RegistryRow | undefined {
  const code = filledText(row['maHoSoMCDT']);
  if (code === undefined || isDeeperThan(row, MAX_ROW_DEPTH)) return undefined;
  const reported = registryStatusOf(row['trangThai']);
  const result = reported === RegistryStatus.Completed ? registrationResult(module, code, row) : undefined;
  // A result that nobody can take is as good as none: after a time a person hears that nothing comes.
  const status = result === 'unreadable' ? null : reported;
  const changedAt = timeOf(row['thoiGianThucHien']);
  const supplementDeadline = timeOf(row['hanBoSungHoSo'], END_OF_OFFICE_HOUR);
  return {
    code,
    status,
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(supplementDeadline === undefined ? {} : { supplementDeadline }),
    officer: officerOf(row),
    ...(result === undefined || result === 'unreadable' ? {} : { result }),
  };
}

/** Number or text (`=== 4` in one client, "4" in another); anything outside 1, 2, 3, 4, 6 means that hộ tịch does not have it. */
export function registryStatusOf(value: unknown): RegistryStatus | null {
  const status = integerOf(value);
  return status !== undefined && STATUSES.has(status) ? status : null;
}

function timeOf(value: unknown, hourOfDay = 0): string | undefined {
  const date = parsePartnerDate(filledText(value) ?? '');
  const at = date === undefined ? undefined : instantOf({ ...date, hour: date.hour ?? hourOfDay });
  return at === undefined ? undefined : rfc3339(at);
}

function officerOf(row: JsonObject): RegistryRow['officer'] {
  const note = filledText(row['noiDungXuLy']) ?? filledText(row['ghiChu']);
  const members = {
    name: filledText(row['nguoiXuLy']),
    title: filledText(row['chucDanh']),
    department: filledText(row['phongBanXuLy']),
    note,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
