/** Message texts of the portal; "thành công" and "đã tồn tại" are dvcqg.md §2, the session's is CONTRACTS §1.1, the rest ours. */
export const PORTAL_TEXTS = {
  found: 'Thành công',
  synchronised: 'Đồng bộ hồ sơ thành công',
  progressed: 'Cập nhật tiến độ thành công',
  exists: 'Mã hồ sơ đã tồn tại',
  unknownDossier: 'Mã hồ sơ không tồn tại',
  unknownService: 'Dịch vụ không hợp lệ',
  invalidState: 'Trạng thái hồ sơ không hợp lệ',
  batchLimit: 'Số lượng bản ghi vượt quá giới hạn {limit}',
  notYetSynchronised: 'Hồ sơ chưa được đồng bộ',
  internalFailure: 'Có lỗi trong quá trình thêm mới',
  tooLarge: 'Dung lượng dữ liệu vượt quá giới hạn cho phép',
  deadSession: 'Phiên làm việc không hợp lệ hoặc đã hết hạn',
  wrongLogin: 'Tên đăng nhập hoặc mật khẩu không đúng',
  missingDestination: 'Thiếu dstcode',
} as const;

export type PortalText = keyof typeof PORTAL_TEXTS;
