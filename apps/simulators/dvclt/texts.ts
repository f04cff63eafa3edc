/**
 * Message texts of dvclt.md §6 in the longer spelling; the frames round the phrases are ours. `{step}` is the status that
 * should have come before (Q14), `{field}` a name of the request.
 */
export const DVCLT_TEXTS = {
  acknowledged: 'Cập nhật thành công',
  applied: 'Cập nhật trạng thái thành công',
  existsInOneStop: 'Hồ sơ đã tồn tại trong một cửa điện tử',
  completed: 'Hồ sơ đã hoàn thành đăng ký, không được cập nhật trạng thái',
  hasResult: 'Hồ sơ đã có kết quả xử lý. Không thể cập nhật trạng thái',
  returned: 'Hồ sơ đã trả kết quả, không được cập nhật trạng thái',
  rejected: 'Hồ sơ đã bị từ chối. Không thể cập nhật trạng thái',
  unknown: 'Hồ sơ không tồn tại',
  invalidLogic: 'Logic xử lý không hợp lệ',
  notSent: 'Trạng thái {step} chưa được gửi không thể cập nhật trạng thái',
  supplementNotSent: 'Hồ sơ bổ sung chưa được gửi không thể cập nhật trạng thái',
  internalFailure: 'Có lỗi trong quá trình thêm mới',
  tooLarge: 'Dung lượng dữ liệu vượt quá giới hạn cho phép',
  empty: '{field} không được để trống',
  /** ASP.NET's own title of a failure: says nothing, the sentence stands in `errors`. */
  failureTitle: 'One or more validation errors occurred.',
  unauthorised: 'Unauthorized',
} as const;

export type DvcltText = keyof typeof DVCLT_TEXTS;
