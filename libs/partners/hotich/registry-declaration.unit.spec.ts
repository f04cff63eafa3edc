import { BIRTH_LEAVES, DEATH_LEAVES } from '../testing/sample-dossier';
import { registryDeclaration, unmappedLeafCount } from './registry-declaration';

const TWO_LEVEL = { generation: 'two-level', country: 'VN' } as const;

describe('declaration of a registration', () => {
  it('maps every leaf of a birth: addresses as objects, paper date dotted, empty ones left out, zeros kept [Q09 Q35 Q45]', () => {
    expect(registryDeclaration('KS', BIRTH_LEAVES, TWO_LEVEL)).toEqual({
      maGCS: '00004.GCS.99025.26',
      ngayCapGCS: '28.02.2026',
      loaiDangKy: '1',
      noiDangKy: '00123',
      soLuongBanSao: '2',
      nksHoTen: 'TRẦN MẪU CON',
      nksGioiTinh: '2',
      nksNgaySinh: '27.02.2026',
      nksNoiSinh: { quocGia: 'VN', maTinh: '99', dcChiTiet: 'Bệnh viện Mẫu, xã Mẫu' },
      nksNoiSinhDVHC: '99',
      nksQueQuan: { dcChiTiet: 'Xã Mẫu, tỉnh Mẫu' },
      nksDanToc: '01',
      nksQuocTich: 'VN',
      meHoTen: 'LÊ MẪU MẸ',
      meNgaySinh: '1999',
      meLoaiCuTru: '0',
      meNoiCuTru: { dcChiTiet: 'Thôn Mẫu, xã Mẫu' },
      meLoaiGiayToTuyThan: '4',
      meSoGiayToTuyThan: '999199000001',
      meSoDDCN: '999199000001',
      nycHoTen: 'LÊ MẪU MẸ',
      nycQuanHe: 'Mẹ',
      nycLoaiGiayToTuyThan: '1',
      nycSoGiayToTuyThan: '999000111',
      nycSoDienThoai: '0999000001',
    });
  });

  it('maps every leaf of a death and forwards the code of the death notice', () => {
    expect(registryDeclaration('KT', DEATH_LEAVES, TWO_LEVEL)).toEqual({
      ...DEATH_LEAVES,
      ngayCapGBT: '01.03.2026',
      nktNoiCuTru: { dcChiTiet: 'Thôn Mẫu, xã Mẫu Một' },
      nktNoiChet: { dcChiTiet: 'Tại nhà' },
      nktSoDDCN: '999040000002',
      nycNoiCuTru: { dcChiTiet: 'Thôn Mẫu, xã Mẫu Hai' },
      nycSoDDCN: '999175000003',
    });
  });

  it('keeps the order of the wire, whatever the order of the leaves', () => {
    const reversed = Object.fromEntries(Object.entries(BIRTH_LEAVES).reverse());
    expect(JSON.stringify(registryDeclaration('KS', reversed, TWO_LEVEL))).toBe(
      JSON.stringify(registryDeclaration('KS', BIRTH_LEAVES, TWO_LEVEL)),
    );
  });

  it('writes the district only in the generation with districts, and the country only in the other', () => {
    const leaves = { nksNoiSinh: 'Xã Mẫu', nksNoiSinhDVHC: '99', nksNoiSinhMaHuyen: '991', nksNoiSinhMaXa: '99001' };
    expect(registryDeclaration('KS', leaves, { generation: 'with-district', country: 'VN' })).toEqual({
      nksNoiSinh: { maTinh: '99', maHuyen: '991', maXa: '99001', dcChiTiet: 'Xã Mẫu' },
      nksNoiSinhDVHC: '99',
    });
    expect(registryDeclaration('KS', leaves, TWO_LEVEL)).toEqual({
      nksNoiSinh: { quocGia: 'VN', maTinh: '99', maXa: '99001', dcChiTiet: 'Xã Mẫu' },
      nksNoiSinhDVHC: '99',
    });
  });

  it.each([
    ['a CCCD of 12 digits', '4', '999199000001', '999199000001'],
    ['a CCCD of another length', '4', '99919900001', undefined],
    ['12 digits on another paper', '2', '999199000001', undefined],
    ['a CMND', '1', '999000111', undefined],
  ])('takes the personal number from %s or not at all', (_case, paper, number, expected) => {
    const leaves = { chaLoaiGiayToTuyThan: paper, chaSoGiayToTuyThan: number };
    expect(registryDeclaration('KS', leaves, TWO_LEVEL)['chaSoDDCN']).toBe(expected);
  });

  it.each([
    ['20260228', '28.02.2026'],
    ['28/02/2026 ', '28.02.2026'],
    ['2026-02-28', '28.02.2026'],
    ['28.02.2026', '28.02.2026'],
    ['20260231', '20260231'],
    ['không rõ', 'không rõ'],
  ])('writes the day of the birth paper %s as %s [Q09]', (written, expected) => {
    expect(registryDeclaration('KS', { ngayCapGCS: written }, TWO_LEVEL)).toEqual({ ngayCapGCS: expected });
  });

  it('forwards no name that hộ tịch does not know, nor an inherited one, and counts what it left out [Q26]', () => {
    const leaves = { nksHoTen: 'TRẦN MẪU CON', laMoi: 'x', constructor: 'y', meNoiCuTruMaXa: '99001' };
    expect(registryDeclaration('KS', leaves, TWO_LEVEL)).toEqual({
      nksHoTen: 'TRẦN MẪU CON',
      meNoiCuTru: { maXa: '99001' },
    });
    expect(unmappedLeafCount('KS', leaves)).toBe(2);
  });
});
