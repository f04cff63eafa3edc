import type { RegistryRow } from '#intake';
import { isDeeperThan } from '#platform';
import { jsonObjectOf, type JsonObject } from '../http/answer-json';
import { strictBase64 } from '../wire/base64';
import { codeText } from '../wire/code-text';
import { parsePartnerDate } from '../wire/dates';
import { filledText, objectOf, unitTextOf } from '../wire/fields';

/** A result is flat but for an address or two. */
const MAX_RESULT_DEPTH = 32;
/** Unit, module, number, book and year together. */
const MAX_REGISTRY_CODE_LENGTH = 200;

type Result = NonNullable<RegistryRow['result']>;

/** Member that holds the result paper, by module (hotich.md §4). */
const PAPER: Readonly<Record<'KS' | 'KT', string>> = { KS: 'giayKhaiSinh', KT: 'giayKhaiTu' };
const PDF_MARK = '%PDF-';

/**
 * `ketQuaXuLy` of a completed row, an object or JSON text (Q08). Only a complete one is a result: number, book, day, a PDF
 * and, at birth, the personal number. Anything less is no result yet, and the poll goes on (Q19); `unreadable` is one that can
 * never become one: nested without end, or with a number that is no code.
 */
export function registrationResult(
  module: 'KS' | 'KT',
  code: string,
  row: JsonObject,
): Result | 'unreadable' | undefined {
  const answer = answerOf(row['ketQuaXuLy']);
  if (answer === undefined) return 'unreadable';
  const file = pdfOf(answer[PAPER[module]]);
  const entry = entryOf(answer);
  const identityNumber = filledText(answer['soDinhDanh']);
  const isMissingNumber = module === 'KS' && identityNumber === undefined;
  if (file === undefined || entry === undefined || isMissingNumber) return undefined;
  const registryCode = codeText(registryCodeOf(module, row, entry), MAX_REGISTRY_CODE_LENGTH);
  if (registryCode === undefined) return 'unreadable';
  return {
    ...(identityNumber === undefined ? {} : { identityNumber }),
    ...entry,
    registryCode,
    fields: withoutPaper(answer),
    file,
    fileName: `${PAPER[module]}-${code.replace(/[^\w.-]/g, '_')}.pdf`,
  };
}

type Entry = Pick<Result, 'registrationNumber' | 'bookNumber' | 'pageNumber' | 'registeredOnText'>;

/** Undefined for what nobody could write down again. */
function answerOf(given: unknown): JsonObject | undefined {
  const answer = (typeof given === 'string' ? jsonObjectOf(Buffer.from(given, 'utf8')) : objectOf(given)) ?? {};
  return isDeeperThan(answer, MAX_RESULT_DEPTH) ? undefined : answer;
}

/** The entry in the register; undefined without number, book or day. */
function entryOf(answer: JsonObject): Entry | undefined {
  const registrationNumber = filledText(answer['soDangKy']);
  const bookNumber = filledText(answer['quyenSo']);
  const registeredOnText = filledText(answer['ngayDangKy']);
  const pageNumber = filledText(answer['trangSo']);
  if (registrationNumber === undefined || bookNumber === undefined || registeredOnText === undefined) return undefined;
  return { registrationNumber, bookNumber, ...(pageNumber === undefined ? {} : { pageNumber }), registeredOnText };
}

/** Unit, module, number, book: numbers start anew in each unit, births and deaths have books of their own, and a book that does not
 *  name its year is told apart by the day of registration. */
function registryCodeOf(module: 'KS' | 'KT', row: JsonObject, entry: Entry): string {
  const { registrationNumber, bookNumber, registeredOnText } = entry;
  const year = /\d{4}/.test(bookNumber) ? undefined : parsePartnerDate(registeredOnText)?.year;
  const parts = [unitTextOf(row['maDonVi']), module, registrationNumber, bookNumber, year];
  return parts.filter((part) => part !== undefined).join('/');
}

function pdfOf(value: unknown): Buffer | undefined {
  const bytes = typeof value === 'string' ? strictBase64(value) : undefined;
  return bytes?.subarray(0, 1024).includes(PDF_MARK) ? bytes : undefined;
}

function withoutPaper(answer: JsonObject): JsonObject {
  const papers = new Set(Object.values(PAPER));
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !papers.has(name)));
}
