/** Texts of the one-stop; the contract is proposed (onestop.md §4), so are they. */
export const ONESTOP_TEXTS = {
  received: 'Tiếp nhận hồ sơ thành công',
  updated: 'Cập nhật trạng thái thành công',
  found: 'Thành công',
  unknown: 'Hồ sơ không tồn tại',
  finished: 'Hồ sơ đã kết thúc, không được cập nhật trạng thái',
  internalFailure: 'Có lỗi trong quá trình thêm mới',
  tooLarge: 'Dung lượng dữ liệu vượt quá giới hạn cho phép',
  unauthorised: 'Phiên đăng nhập không hợp lệ',
} as const;

export type OnestopText = keyof typeof ONESTOP_TEXTS;
