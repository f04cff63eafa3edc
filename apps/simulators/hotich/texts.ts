/** Texts of the civil-status software: hotich.md §3-4 and CONTRACTS §1.3. Those of the frame are ours. */
export const HOTICH_TEXTS = {
  received: 'Tiếp nhận hồ sơ thành công',
  repeated: 'Hồ sơ đã được tiếp nhận',
  found: 'Thành công',
  notFound: 'Có lỗi xảy ra khi lấy dữ liệu',
  failed: 'Có lỗi xảy ra.',
  unknownRow: 'Hồ sơ không tồn tại',
  authentication: 'AUTHEN_ERROR',
  addressDisallowed: 'IP_DISALLOWED',
} as const;

export function batchLimitText(limit: number): string {
  return `Số lượng hồ sơ vượt quá giới hạn ${limit} hồ sơ trong một lần tra cứu`;
}

/** The three validation texts of hotich.md §3.2. */
export const complaintText = {
  tooLong: (field: string, limit: number) => `${field} có độ dài vượt quá ${limit} ký tự`,
  unknown: (field: string) =>
    `${field} không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật`,
  format: (field: string) => `${field} định dạng không đúng`,
  empty: (field: string) => `${field} không được để trống`,
};
