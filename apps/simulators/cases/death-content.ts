import { compactDate, dotDate } from '../server/date-formats';
import type { SeededRandom } from '../server/seeded-random';
import {
  inventedAddress,
  inventedDotDate,
  inventedIdentityNumber,
  inventedName,
  twoDigits,
  type Sex,
} from './invented-people';
import { requesterLeaves } from './requester';

const DAY_MS = 86_400_000;

export interface DeathSetting {
  readonly unit: string;
  readonly nowMs: number;
  /** Number of the death notice within its facility. */
  readonly paperNumber: number;
}

/** Leaves of `hoTich` for a death, in the order of dvclt.md §3.2. */
export function deathContent(random: SeededRandom, setting: DeathSetting): Record<string, string> {
  const { unit, nowMs, paperNumber } = setting;
  const diedMs = nowMs - random.integer(1, 10) * DAY_MS;
  const year = dotDate(nowMs).slice(8);
  const facility = unit === '00123' ? '99123' : unit;
  const paper = String(paperNumber % 100_000).padStart(5, '0');
  return {
    maGBT: `${paper}.GBT.${facility}.${year}`,
    ngayCapGBT: compactDate(diedMs),
    loaiDangKy: '1',
    noiDangKy: unit,
    soLuongBanSao: String(random.integer(0, 3)),
    ...deceasedLeaves(random, diedMs, unit),
    gbtLoai: '1',
    gbtSo: `${paper}/GBT`,
    gbtNgay: dotDate(diedMs),
    gbtCoQuanCap: 'Bệnh viện Mẫu',
    ...requesterLeaves(random, random.pick(['Con', 'Vợ', 'Chồng', 'Cháu'])),
  };
}

function deceasedLeaves(random: SeededRandom, diedMs: number, unit: string): Record<string, string> {
  const sex: Sex = random.pick(['1', '2']);
  const birthYear = random.integer(1930, 1965);
  return {
    nktHoTen: inventedName(random, sex),
    nktGioiTinh: sex,
    nktNgaySinh: random.isHit(0.2) ? String(birthYear) : inventedDotDate(random, birthYear),
    nktDanToc: twoDigits(random.integer(1, 54)),
    nktDanTocKhac: '',
    nktQuocTich: 'VN',
    nktQuocTichKhac: '',
    nktLoaiCuTru: random.pick(['0', '1', '2']),
    nktNoiCuTru: inventedAddress(random, unit),
    nktLoaiGiayToTuyThan: '4',
    nktGiayToKhac: '',
    nktSoGiayToTuyThan: inventedIdentityNumber(random, sex, birthYear),
    nktNgayCapGiayToTuyThan: inventedDotDate(random, 2022),
    nktNoiCapGiayToTuyThan: 'Cơ quan cấp mẫu',
    nktNgayChet: dotDate(diedMs),
    nktGioPhutChet: `${twoDigits(random.integer(0, 23))}:${twoDigits(random.integer(0, 59))}`,
    nktNoiChet: inventedAddress(random, unit),
    nktNguyenNhanChet: random.isHit(0.8) ? 'Nguyên nhân mẫu' : '',
    nktXacThucThongTin: '1',
  };
}
