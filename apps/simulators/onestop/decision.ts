/** Decisions of our API (CONTRACTS §2) with the one-stop's own state and its word in `suKien` (CONTRACTS §1.1). */
export const DECISIONS = {
  accept: { state: 2, event: 'TIEP_NHAN', note: 'Hồ sơ hợp lệ' },
  'request-supplement': { state: 5, event: 'YEU_CAU_BO_SUNG', note: 'Đề nghị bổ sung giấy tờ mẫu' },
  refuse: { state: 3, event: 'TU_CHOI', note: 'Hồ sơ không đủ điều kiện tiếp nhận' },
  'hand-over': { state: 10, event: 'TRA_KET_QUA', note: 'Đã trả kết quả' },
  withdraw: { state: 7, event: 'RUT', note: 'Công dân rút hồ sơ' },
  'require-fee': { state: 6, event: 'YEU_CAU_PHI', note: 'Yêu cầu nộp lệ phí' },
  stop: { state: 8, event: 'DUNG', note: 'Dừng xử lý' },
} as const;

export type Decision = keyof typeof DECISIONS;

export function isDecision(value: unknown): value is Decision {
  return typeof value === 'string' && Object.hasOwn(DECISIONS, value);
}

/** The officers of the simulated counter; invented like everybody here. */
export const OFFICER = {
  name: 'Cán bộ một cửa mẫu',
  title: 'Chuyên viên',
  department: 'Trung tâm phục vụ hành chính công mẫu',
} as const;
