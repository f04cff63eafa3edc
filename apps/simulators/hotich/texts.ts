/**
 * Texts of the civil-status software: hotich.md §3-4 and CONTRACTS §1.3. Those of the frame are ours. `{field}` is a name of
 * the request, `{limit}` a number.
 */
export const HOTICH_TEXTS = {
  received: 'Tiếp nhận hồ sơ thành công',
  repeated: 'Hồ sơ đã được tiếp nhận',
  found: 'Thành công',
  notFound: 'Có lỗi xảy ra khi lấy dữ liệu',
  failed: 'Có lỗi xảy ra.',
  unknownRow: 'Hồ sơ không tồn tại',
  batchLimit: 'Số lượng hồ sơ vượt quá giới hạn {limit} hồ sơ trong một lần tra cứu',
  internalFailure: 'Có lỗi trong quá trình thêm mới',
  tooLarge: 'Dung lượng dữ liệu vượt quá giới hạn cho phép',
  authentication: 'AUTHEN_ERROR',
  addressDisallowed: 'IP_DISALLOWED',
  /** The validation texts of hotich.md §3.2. */
  tooLong: '{field} có độ dài vượt quá {limit} ký tự',
  unknownValue: '{field} không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật',
  wrongFormat: '{field} định dạng không đúng',
  empty: '{field} không được để trống',
  withdrawnFile: '{field} là giấy tờ đã hủy',
  unitMismatch: 'maDonVi không khớp với noiDangKy',
} as const;

export type HotichText = keyof typeof HOTICH_TEXTS;
