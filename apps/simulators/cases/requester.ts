import type { SeededRandom } from '../server/seeded-random';
import {
  inventedDotDate,
  inventedIdentityNumber,
  inventedName,
  inventedOldCardNumber,
  type Sex,
} from './invented-people';

/** The requester group `nyc…` of dvclt.md §3.1, in its order. */
export function requesterLeaves(random: SeededRandom, relation: string): Record<string, string> {
  const sex: Sex = random.pick(['1', '2']);
  const hasOldCard = random.isHit(0.1);
  const number = hasOldCard
    ? inventedOldCardNumber(random)
    : inventedIdentityNumber(random, sex, random.integer(1970, 1999));
  return {
    nycHoTen: inventedName(random, sex),
    nycQuanHe: relation,
    nycLoaiGiayToTuyThan: hasOldCard ? '1' : '4',
    nycGiayToKhac: '',
    nycSoGiayToTuyThan: number,
    nycNgayCapGiayToTuyThan: inventedDotDate(random, 2022),
    nycNoiCapGiayToTuyThan: 'Cơ quan cấp mẫu',
    nycSoDienThoai: `0999${String(random.integer(0, 999_999)).padStart(6, '0')}`,
    nycEmail: random.isHit(0.5) ? `nguoi.mau.${random.integer(1, 999)}@vidu.test` : '',
    nycXacThucThongTin: '1',
  };
}
