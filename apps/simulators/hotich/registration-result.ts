import { paperMark } from '../cases/paper-marks';
import { slashDate } from '../server/date-formats';
import { fieldsOf, type Fields } from '../server/fields';
import type { World } from '../world';
import type { RegistryRecord } from './registry-record';

const PARENT_LEAVES = ['HoTen', 'NgaySinh', 'DanToc', 'QuocTich'] as const;

/** `ketQuaXuLy` as the registry answers it: an object, addresses as objects (hotich.md §4); a mark stands for the paper's bytes. */
export function registrationResult(record: RegistryRecord, serial: number, world: World): Fields {
  const common = {
    soDangKy: String(serial),
    quyenSo: `01/${slashDate(world.now()).slice(6)}`,
    trangSo: String((serial % 100) + 1).padStart(2, '0'),
    ngayDangKy: slashDate(world.now()),
    ...requesterPart(record.content),
  };
  const name = record.module === 'LTKS' ? 'giayKhaiSinh' : 'giayKhaiTu';
  world.papers.keepSent('hotich', record.oneStopCode, { name, serial });
  const part = record.module === 'LTKS' ? birthPart(record, serial) : deathPart(record.content);
  return { ...common, ...part, [name]: paperMark(serial) };
}

function birthPart({ content, unit }: RegistryRecord, serial: number): Fields {
  return {
    soDinhDanh: childNumber(content, serial),
    ndkksMaTinh: '99',
    ndkksMaHuyen: fieldsOf(content['nksNoiSinh'])['maHuyen'] ?? null,
    ndkksMaXa: unit,
    nksHoTen: content['nksHoTen'],
    nksGioiTinh: Number(content['nksGioiTinh']),
    nksNgaySinh: content['nksNgaySinh'],
    nksNgaySinhBangChu: content['nksNgaySinhBangChu'] ?? null,
    nksDanToc: content['nksDanToc'],
    nksQueQuan: content['nksQueQuan'] ?? null,
    nksQuocTich: content['nksQuocTich'],
    nksNoiSinhMaTinh: fieldsOf(content['nksNoiSinh'])['maTinh'] ?? null,
    nksNoiSinh: content['nksNoiSinh'],
    ...parentPart(content, 'me'),
    ...parentPart(content, 'cha'),
  };
}

function parentPart(content: Fields, prefix: string): Fields {
  const leaves = PARENT_LEAVES.map((leaf) => [`${prefix}${leaf}`, content[`${prefix}${leaf}`] ?? null]);
  const residence = content[`${prefix}LoaiCuTru`];
  return {
    ...(Object.fromEntries(leaves) as Fields),
    [`${prefix}LoaiCuTru`]: residence === undefined ? null : Number(residence),
    [`${prefix}NoiCuTru`]: content[`${prefix}NoiCuTru`] ?? null,
    [`${prefix}SoGiayTo`]: content[`${prefix}SoGiayToTuyThan`] ?? null,
  };
}

function deathPart(content: Fields): Fields {
  const deceased = Object.entries(content).filter(([name]) => name.startsWith('nkt') && name !== 'nktXacThucThongTin');
  const residence = content['nktLoaiCuTru'];
  return {
    ...Object.fromEntries(deceased),
    nktGioiTinh: Number(content['nktGioiTinh']),
    ...(residence === undefined ? {} : { nktLoaiCuTru: Number(residence) }),
    giayBaoTuLoai: content['gbtLoai'] ?? null,
    giayBaoTuSo: content['gbtSo'] ?? null,
  };
}

function requesterPart(content: Fields): Fields {
  return {
    nycHoTen: content['nycHoTen'],
    nycQuanHe: content['nycQuanHe'],
    nycSoGiayTo: content['nycSoGiayToTuyThan'] ?? null,
  };
}

/** A number of an unassigned province: 999, century and sex, year, six more (codes-and-statuses.md §4). */
function childNumber(content: Fields, serial: number): string {
  const year = String(content['nksNgaySinh']).slice(-4);
  const sexAndCentury = (Number(year) >= 2000 ? 2 : 0) + (String(content['nksGioiTinh']) === '1' ? 0 : 1);
  return `999${sexAndCentury}${year.slice(2)}${String(serial % 1_000_000).padStart(6, '0')}`;
}
