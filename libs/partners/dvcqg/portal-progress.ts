import type { DeliveryFacts } from '#delivery';
import type { DossierState, OfficerNote } from '#dossier';
import { AppError } from '#platform';
import { withoutEmpty } from '../wire/fields';
import { portalTime } from './portal-dossier';
import { required } from './required';

/** `NguoiXuLy` holds no more (dvcqg.md §3). */
const MAX_OFFICER_CHARACTERS = 50;

/** Names of the ten states (codes-and-statuses.md §7.1): what is written when the fact has no officer's note. */
const STATE_NAMES: Readonly<Record<number, string>> = {
  1: 'Mới đăng ký',
  2: 'Được tiếp nhận',
  3: 'Không được tiếp nhận',
  4: 'Đang xử lý',
  5: 'Yêu cầu bổ sung giấy tờ',
  6: 'Yêu cầu thực hiện nghĩa vụ tài chính',
  7: 'Công dân yêu cầu rút hồ sơ',
  8: 'Dừng xử lý',
  9: 'Đã xử lý xong',
  10: 'Đã trả kết quả',
};

/**
 * One row of `CapNhatTienDoHoSoMC` (dvcqg.md §3). It tells a step of the way, so status and time are those of the fact and not
 * of now; `MaHoSo`, `ThoiDiemXuLy`, `TrangThai` and `NoiDungXuLy` identify it, and a repeat is identical. A longer officer's
 * name is cut to what the field holds.
 * @throws AppError with disposition `person` when the one-stop code is missing
 */
export function portalProgress(
  dossier: DossierState,
  facts: DeliveryFacts,
  officer: OfficerNote,
): Record<string, unknown> {
  if (facts.status === undefined || STATE_NAMES[facts.status] === undefined) {
    throw new AppError({ code: 'dvcqg.required-missing', disposition: 'person', field: 'TrangThai' });
  }
  return withoutEmpty({
    MaHoSo: required('MaHoSo', dossier.codes.oneStop),
    NguoiXuLy: officer.name === undefined ? undefined : [...officer.name].slice(0, MAX_OFFICER_CHARACTERS).join(''),
    ChucDanh: officer.title,
    ThoiDiemXuLy: portalTime(facts.factAt),
    PhongBanXuLy: officer.department,
    NoiDungXuLy: officer.note?.trim() ? officer.note : STATE_NAMES[facts.status],
    TrangThai: facts.status,
    NgayBatDau: portalTime(dossier.receivedAt),
    NgayKetThucTheoQuyDinh: portalTime(dossier.dueAt),
  });
}
