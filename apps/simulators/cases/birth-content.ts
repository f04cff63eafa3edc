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

export interface BirthSetting {
  readonly unit: string;
  readonly nowMs: number;
  /** Number of the birth paper within its facility. */
  readonly paperNumber: number;
}

/** Leaves of `hoTich` for a birth, in the order of dvclt.md §3.1. */
export function birthContent(random: SeededRandom, setting: BirthSetting): Record<string, string> {
  const { unit, nowMs, paperNumber } = setting;
  const bornMs = nowMs - random.integer(1, 30) * DAY_MS;
  const year = dotDate(nowMs).slice(8);
  const facility = unit === '00123' ? '99123' : unit;
  return {
    maGCS: `${String(paperNumber % 100_000).padStart(5, '0')}.GCS.${facility}.${year}`,
    ngayCapGCS: compactDate(Math.min(nowMs, bornMs + DAY_MS)),
    loaiDangKy: '1',
    noiDangKy: unit,
    soLuongBanSao: String(random.integer(0, 3)),
    ...childLeaves(random, bornMs, unit),
    ...parentLeaves(random, { prefix: 'me', sex: '2', unit }),
    ...(random.isHit(0.15) ? absentParent('cha') : parentLeaves(random, { prefix: 'cha', sex: '1', unit })),
    ...requesterLeaves(random, random.pick(['Mẹ', 'Cha', 'Bà nội'])),
  };
}

function childLeaves(random: SeededRandom, bornMs: number, unit: string): Record<string, string> {
  const sex: Sex = random.pick(['1', '2']);
  const born = dotDate(bornMs);
  return {
    nksHoTen: inventedName(random, sex),
    nksGioiTinh: sex,
    nksNgaySinh: born,
    nksNgaySinhBangChu: `Ngày ${born.slice(0, 2)} tháng ${born.slice(3, 5)} năm ${born.slice(6)}`,
    nksNoiSinh: `Bệnh viện Mẫu, ${inventedAddress(random, unit)}`,
    nksNoiSinhDVHC: '99',
    nksNoiSinhNuocNgoai: '',
    nksQueQuan: inventedAddress(random, unit),
    nksDanToc: twoDigits(random.integer(1, 54)),
    nksDanTocKhac: '',
    nksQuocTich: 'VN',
    nksQuocTichKhac: '',
    nksLoaiKhaiSinh: '1',
  };
}

function parentLeaves(
  random: SeededRandom,
  parent: { prefix: 'me' | 'cha'; sex: Sex; unit: string },
): Record<string, string> {
  const year = random.integer(1980, 2003);
  const { prefix, sex, unit } = parent;
  return {
    [`${prefix}HoTen`]: inventedName(random, sex),
    [`${prefix}NgaySinh`]: random.isHit(0.1) ? String(year) : inventedDotDate(random, year),
    [`${prefix}DanToc`]: twoDigits(random.integer(1, 54)),
    [`${prefix}DanTocKhac`]: '',
    [`${prefix}QuocTich`]: 'VN',
    [`${prefix}QuocTichKhac`]: '',
    [`${prefix}LoaiCuTru`]: random.pick(['0', '1', '2']),
    [`${prefix}NoiCuTru`]: inventedAddress(random, unit),
    [`${prefix}LoaiGiayToTuyThan`]: '4',
    [`${prefix}SoGiayToTuyThan`]: inventedIdentityNumber(random, sex, year),
    [`${prefix}XacThucThongTin`]: '1',
  };
}

const PARENT_LEAVES = [
  'HoTen',
  'NgaySinh',
  'DanToc',
  'DanTocKhac',
  'QuocTich',
  'QuocTichKhac',
  'LoaiCuTru',
  'NoiCuTru',
  'LoaiGiayToTuyThan',
  'SoGiayToTuyThan',
  'XacThucThongTin',
];

/** Empty elements in place of absent ones, as DVCLT sends them. */
function absentParent(prefix: string): Record<string, string> {
  return Object.fromEntries(PARENT_LEAVES.map((leaf) => [`${prefix}${leaf}`, '']));
}
