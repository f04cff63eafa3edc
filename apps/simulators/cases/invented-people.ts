import type { SeededRandom } from '../server/seeded-random';

const FAMILY = ['Đinh', 'Quách', 'Khúc', 'Thân', 'Mạc', 'Tạ', 'Lường', 'Vi', 'Giáp', 'Nghiêm', 'Ông', 'Chử'];
const MALE = ['Văn Mẫu', 'Thử Nghiệm', 'Giả Định', 'Bảo Mẫu', 'Công Thử', 'Đức Ví Dụ', 'Quang Mẫu', 'Hữu Thử'];
const FEMALE = ['Thị Mẫu', 'Diệu Thử', 'Ngọc Ví Dụ', 'Hồng Mẫu', 'Thu Thử', 'Mai Giả Định', 'An Mẫu', 'Kiều Thử'];
const PLACES = ['Thôn Mẫu Một', 'Tổ dân phố Thử Hai', 'Xóm Ví Dụ', 'Bản Giả Định', 'Khối Mẫu Năm'];

export type Sex = '1' | '2';

/** Names from one fixed invented list (reference/README.md §3). */
export function inventedName(random: SeededRandom, sex: Sex): string {
  return `${random.pick(FAMILY)} ${random.pick(sex === '1' ? MALE : FEMALE)}`;
}

/** 12 digits of an unassigned province: 999, century and sex, year, six more (codes-and-statuses.md §4). */
export function inventedIdentityNumber(random: SeededRandom, sex: Sex, year: number): string {
  const century = year >= 2000 ? 2 : 0;
  const digit = century + (sex === '1' ? 0 : 1);
  const serial = String(random.integer(0, 999_999)).padStart(6, '0');
  return `999${digit}${String(year % 100).padStart(2, '0')}${serial}`;
}

/** Nine digits, the old identity card. */
export function inventedOldCardNumber(random: SeededRandom): string {
  return `999${String(random.integer(0, 999_999)).padStart(6, '0')}`;
}

/** One string, as DVCLT carries addresses. */
export function inventedAddress(random: SeededRandom, unit: string): string {
  return `${random.pick(PLACES)}, xã Mẫu ${unit}, tỉnh Mẫu`;
}

/** dd.MM.yyyy between 1 January and 28 December of the year. */
export function inventedDotDate(random: SeededRandom, year: number): string {
  return `${twoDigits(random.integer(1, 28))}.${twoDigits(random.integer(1, 12))}.${year}`;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
