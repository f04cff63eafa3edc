import type { Fields } from '../server/fields';

const FIELD = { MALINHVUC: 'G15-HT', TENLINHVUC: 'Hộ tịch' };

const PROCEDURES = [
  ['3.000722', 'Liên thông khai sinh - thường trú - thẻ BHYT - thẻ căn cước'],
  ['2.002913', 'Liên thông khai tử - xóa thường trú - mai táng phí, tử tuất'],
  ['2.002621', 'Liên thông khai sinh - thường trú - thẻ BHYT'],
  ['2.002622', 'Liên thông khai tử - xóa thường trú - mai táng phí'],
].map(([MATTHC, TENTTHC]) => ({ MATTHC, TENTTHC, LINHVUCTHUCHIEN: [FIELD], MACOQUANTHUCHIEN: 'H99' }));

const UNITS = [{ MADONVI: 'H99', TENDONVI: 'Tỉnh Mẫu', CAPDONVI: '1' }];

/** The bare local code, without a unit's suffix. @param drift a code that has meanwhile been taken out (Q37) */
export function isKnownProcedure(code: unknown, drift: string | null): boolean {
  return code !== drift && PROCEDURES.some((procedure) => procedure.MATTHC === code);
}

/** Catalogue services of dvcqg.md §1: rows with UPPERCASE keys. Undefined for another service. */
export function catalogueRows(service: string, body: Fields): readonly object[] | undefined {
  if (service === 'LayThuTuc') return PROCEDURES.filter((procedure) => procedure.MATTHC === body['maTTHC']);
  if (service === 'LayDanhSachTTHC') return PROCEDURES;
  if (service === 'LayDanhMucCoQuan') return UNITS;
  return service === 'LayDanhMucLinhVuc' ? [FIELD] : undefined;
}
