import { composedText } from '#platform';
import { ADDRESS_FIELDS, DECLARATION_FIELDS } from './declaration-fields';
import type { FieldIssue, FieldProblem } from './precheck';

const PROBLEMS: readonly [phrase: string, problem: FieldProblem][] = [
  ['có độ dài vượt quá', 'too-long'],
  ['không tồn tại', 'not-in-catalogue'],
  ['định dạng không đúng', 'wrong-format'],
  ['không đúng định dạng', 'wrong-format'],
  ['không được để trống', 'empty'],
  ['không khớp với', 'differs'],
];
/** Every part is bounded: a text of one long word would otherwise be looked through from each of its letters to its end. */
const MESSAGE = new RegExp(
  `([A-Za-z][A-Za-z0-9_.]{0,127})(?:\\[\\d{1,6}\\])?\\s{1,20}(${PROBLEMS.map(([phrase]) => phrase).join('|')})`,
  'giu',
);

/** Longest first, so that `meHoTen` is not read out of a longer name that ends the same. */
const KNOWN_FIELDS: readonly string[] = [
  ...new Set([
    ...['maDonVi', 'module', 'maHoSoLT', 'maHoSoMCDT', 'ngayTiepNhan', 'fileDinhKem', 'data'],
    ...DECLARATION_FIELDS.KS,
    ...DECLARATION_FIELDS.KT,
    ...[...ADDRESS_FIELDS].flatMap((field) =>
      ['quocGia', 'maTinh', 'maHuyen', 'maXa', 'dcChiTiet'].map((part) => `${field}.${part}`),
    ),
  ]),
].sort((a, b) => b.length - a.length);

/**
 * Takes hộ tịch's glued validation text apart (hotich.md §3.2, Q24, Q36: several messages in one string, their line breaks
 * lost to a bare letter "n", which then stands before the next field's name). Gives known field names and the kind of
 * problem; a name that is none of ours is `other`, since free text may hold a citizen's words.
 */
export function validationIssues(glued: string): readonly FieldIssue[] {
  const issues = [...composedText(glued).matchAll(MESSAGE)].map(([, name, phrase]) => ({
    field: knownField(name),
    problem: problemOf(phrase),
  }));
  return issues.filter(
    (issue, index) =>
      issues.findIndex((other) => other.field === issue.field && other.problem === issue.problem) === index,
  );
}

function knownField(written: string): string {
  return KNOWN_FIELDS.find((field) => written.endsWith(field)) ?? 'other';
}

function problemOf(phrase: string): FieldProblem {
  const folded = phrase.toLowerCase();
  return PROBLEMS.find(([known]) => known === folded)?.[1] ?? 'wrong-format';
}
