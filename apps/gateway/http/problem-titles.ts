/** Titles of problems by code; the code is the contract, the title is for reading. */
const TITLES: Readonly<Record<string, { en: string; vi: string }>> = {
  'address-invalid': { en: 'Address is not usable', vi: 'Địa chỉ không hợp lệ' },
  'address-not-allowed': { en: 'Not allowed from this address', vi: 'Không được phép từ địa chỉ này' },
  'request-invalid': { en: 'Request is not valid', vi: 'Yêu cầu không hợp lệ' },
  'body-not-json': { en: 'Request body is not JSON', vi: 'Nội dung yêu cầu không phải JSON' },
  'body-too-large': { en: 'Request body is too large', vi: 'Nội dung yêu cầu quá lớn' },
  'classification-not-allowed': { en: 'Classification is not allowed now', vi: 'Không thể phân loại ở trạng thái này' },
  'client-disabled': { en: 'Client is disabled', vi: 'Tài khoản kết nối đã bị khoá' },
  'client-exists': { en: 'Client exists', vi: 'Tài khoản kết nối đã tồn tại' },
  'client-not-accepted': { en: 'Log-in not accepted', vi: 'Đăng nhập không được chấp nhận' },
  'client-unknown': { en: 'Client unknown', vi: 'Không tìm thấy tài khoản kết nối' },
  'content-type-not-supported': { en: 'Content type is not supported', vi: 'Kiểu nội dung không được hỗ trợ' },
  'cursor-invalid': { en: 'Cursor is not valid', vi: 'Con trỏ trang không hợp lệ' },
  'database-away': { en: 'Storage is not reachable', vi: 'Không kết nối được cơ sở dữ liệu' },
  'decision-not-allowed': { en: 'Decision is not allowed now', vi: 'Quyết định không được phép ở trạng thái hiện tại' },
  'delivery-in-motion': { en: 'Delivery is being handled', vi: 'Lượt gửi đang được xử lý' },
  'delivery-unknown': { en: 'Delivery unknown', vi: 'Không tìm thấy lượt gửi' },
  'dossier-unknown': { en: 'Dossier unknown', vi: 'Không tìm thấy hồ sơ' },
  'file-unknown': { en: 'File unknown', vi: 'Không tìm thấy tệp' },
  'hold-not-in-force': { en: 'Hold is over', vi: 'Lệnh tạm dừng đã kết thúc' },
  'hold-reason-personal': { en: 'Reason holds personal data', vi: 'Lý do có thể chứa dữ liệu cá nhân' },
  'hold-unknown': { en: 'Hold unknown', vi: 'Không tìm thấy lệnh tạm dừng' },
  'hold-window-invalid': { en: 'Window is not valid', vi: 'Khoảng thời gian không hợp lệ' },
  'idempotency-conflict': {
    en: 'Idempotency key was used for another request',
    vi: 'Khoá chống lặp đã dùng cho yêu cầu khác',
  },
  'idempotency-key-invalid': { en: 'Idempotency key is not valid', vi: 'Khoá chống lặp không hợp lệ' },
  'idempotency-key-missing': { en: 'Idempotency key is missing', vi: 'Thiếu khoá chống lặp' },
  'one-stop-code-needed': { en: 'The one-stop’s code is needed', vi: 'Cần mã hồ sơ của một cửa' },
  'operation-not-allowed': {
    en: 'Operation is not allowed for this client',
    vi: 'Thao tác không được phép với tài khoản này',
  },
  'partner-unknown': { en: 'Partner unknown', vi: 'Không tìm thấy hệ thống đối tác' },
  'quarantine-item-unknown': { en: 'Quarantined item unknown', vi: 'Không tìm thấy mục cách ly' },
  'quarantine-item-not-open': { en: 'Quarantined item is not open', vi: 'Mục cách ly không ở trạng thái mở' },
  'receipt-unknown': { en: 'Receipt unknown', vi: 'Không tìm thấy biên nhận' },
  'role-not-allowed': { en: 'Role is not allowed to do this', vi: 'Vai trò không có quyền thực hiện' },
  'route-unknown': { en: 'No such address', vi: 'Không có địa chỉ này' },
  'text-not-known': { en: 'No text to classify', vi: 'Không có nội dung trả lời để phân loại' },
  'text-not-storable': { en: 'This text cannot become a rule', vi: 'Nội dung này không thể thành quy tắc' },
  'too-many-large-bodies': { en: 'Too many large requests at once', vi: 'Quá nhiều yêu cầu lớn cùng lúc' },
  'token-expired': { en: 'Access token has expired', vi: 'Mã truy cập đã hết hạn' },
  'token-invalid': { en: 'Access token is not valid', vi: 'Mã truy cập không hợp lệ' },
  'token-missing': { en: 'Access token is missing', vi: 'Thiếu mã truy cập' },
  'too-busy': { en: 'Too busy', vi: 'Hệ thống đang bận' },
  'too-many-failed-log-ins': { en: 'Too many failed log-ins', vi: 'Đăng nhập sai quá nhiều lần' },
  'too-many-fetches': { en: 'Fetched too often', vi: 'Tải tệp quá nhiều lần' },
  'too-many-unknown-files': { en: 'Too many unknown files were asked for', vi: 'Yêu cầu quá nhiều tệp không tồn tại' },
};

const BY_STATUS: Readonly<Record<number, { en: string; vi: string }>> = {
  400: { en: 'Request is not valid', vi: 'Yêu cầu không hợp lệ' },
  401: { en: 'Not logged in', vi: 'Chưa đăng nhập' },
  403: { en: 'Not allowed', vi: 'Không được phép' },
  404: { en: 'Not found', vi: 'Không tìm thấy' },
  409: { en: 'Conflict', vi: 'Xung đột' },
  413: { en: 'Too large', vi: 'Quá lớn' },
  415: { en: 'Content type is not supported', vi: 'Kiểu nội dung không được hỗ trợ' },
  422: { en: 'Content cannot be taken', vi: 'Nội dung không thể tiếp nhận' },
  429: { en: 'Too many requests', vi: 'Quá nhiều yêu cầu' },
  503: { en: 'Not available now', vi: 'Tạm thời không phục vụ' },
};
const UNEXPECTED = { en: 'Unexpected error', vi: 'Lỗi không lường trước' };

/** @param acceptLanguage the request's header; Vietnamese when it begins with `vi`, else English */
export function problemTitle(code: string, status: number, acceptLanguage: string | undefined): string {
  const title = TITLES[code] ?? BY_STATUS[status] ?? UNEXPECTED;
  return /^\s*vi\b/i.test(acceptLanguage ?? '') ? title.vi : title.en;
}
