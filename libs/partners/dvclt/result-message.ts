import type { RegistrationResult } from '#dossier';
import { AppError } from '#platform';
import { integerOf, isEmpty, objectOf } from '../wire/fields';

/** Fields of `ketQuaXuLy` beside the required ones, by module (dvclt.md §5.1). */
const PERSON_FIELDS: Readonly<Record<'KS' | 'KT', RegExp>> = {
  KS: /^(ndkksMa(Tinh|Huyen|Xa)|(nks|me|cha|nyc)[A-Z]\w*)$/,
  KT: /^(nkt[A-Z]\w*|giayBaoTu(Loai|So))$/,
};

/** Fields that DVCLT wants as whole numbers. */
const INTEGER_FIELDS = /^(nksGioiTinh|(me|cha)LoaiCuTru)$/;

const PDF_FIELD = { KS: 'giayKhaiSinh', KT: 'giayKhaiTu' } as const;

/** A field of hộ tịch as DVCLT takes it: an address becomes its `dcChiTiet`; other objects have no form there. */
function fieldValue(name: string, value: unknown): unknown {
  const address = objectOf(value);
  if (address !== undefined) return address['dcChiTiet'];
  if (typeof value === 'object') return undefined;
  return INTEGER_FIELDS.test(name) ? (integerOf(value) ?? value) : value;
}

function personFields(module: 'KS' | 'KT', fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const wanted = Object.entries(fields).filter(([name]) => PERSON_FIELDS[module].test(name));
  return Object.fromEntries(wanted.map(([name, value]) => [name, fieldValue(name, value)]));
}

function requireFilled(members: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const missing = names.find((name) => isEmpty(members[name]));
  if (missing === undefined) return;
  throw new AppError({
    code: 'dvclt.result-incomplete',
    disposition: 'person',
    field: missing,
    detail: `the result has no ${missing}`,
  });
}

/** `ketQuaXuLy`: JSON as a string (Q08). Empty members are left out (DVCLT refuses present empty ones, Q23), 0 stays, nothing is padded.
 *  @throws AppError `dvclt.result-incomplete` (person) naming the missing field */
export function resultText(
  module: 'KS' | 'KT',
  result: RegistrationResult,
  fileBase64: string,
  defaultPaper: string,
): string {
  const paper = result.fields['maGiayToKetQua'];
  const members: Record<string, unknown> = {
    ...personFields(module, result.fields),
    soDinhDanh: result.identityNumber,
    soDangKy: result.registrationNumber,
    quyenSo: result.bookNumber,
    trangSo: result.pageNumber,
    ngayDangKy: result.registeredOnText,
    maGiayToKetQua: isEmpty(paper) ? defaultPaper : paper,
    [PDF_FIELD[module]]: fileBase64,
  };
  const required = ['soDangKy', 'quyenSo', 'ngayDangKy', 'maGiayToKetQua', PDF_FIELD[module]];
  requireFilled(members, module === 'KS' ? ['soDinhDanh', ...required] : required);
  return JSON.stringify(Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value))));
}
