import { fixedClock } from '#testing';
import { depsOf } from '../testing/deps-of';
import { BIRTH_LEAVES, DEATH_LEAVES } from '../testing/sample-dossier';
import { precheck } from './precheck';
import { registryDeclaration } from './registry-declaration';

const { catalogue } = depsOf('hotich', fixedClock()).config;
const check = (module: 'KS' | 'KT', leaves: Record<string, string>) =>
  precheck(registryDeclaration(module, leaves, { generation: 'two-level', country: 'VN' }), catalogue);

describe('pre-check against the shipped catalogue', () => {
  it('has nothing to say about a right birth and a right death', () => {
    expect(check('KS', { ...BIRTH_LEAVES })).toEqual([]);
    expect(check('KT', { ...DEATH_LEAVES })).toEqual([]);
  });

  it.each([
    ['KS', 'nksHoTen', 'x'.repeat(151), 'nksHoTen', 'too-long'],
    ['KS', 'nksNgaySinhBangChu', 'x'.repeat(501), 'nksNgaySinhBangChu', 'too-long'],
    ['KS', 'meDanToc', '55', 'meDanToc', 'not-in-catalogue'],
    ['KS', 'meDanTocKhac', '55', undefined, undefined],
    ['KS', 'nksGioiTinh', '0', 'nksGioiTinh', 'not-in-catalogue'],
    ['KS', 'loaiDangKy', '7', 'loaiDangKy', 'not-in-catalogue'],
    ['KS', 'nksNoiSinhDVHC', '98', 'nksNoiSinh.maTinh', 'not-in-catalogue'],
    ['KS', 'ngayCapGCS', '31.02', 'ngayCapGCS', 'wrong-format'],
    ['KS', 'nksNgaySinh', '27/02/2026', 'nksNgaySinh', 'wrong-format'],
    ['KS', 'nksNgaySinh', '02.2026', undefined, undefined],
    ['KT', 'nktGioPhutChet', '24:00', 'nktGioPhutChet', 'wrong-format'],
    ['KT', 'nktQuocTich', 'XX', 'nktQuocTich', 'not-in-catalogue'],
  ] as const)('%s %s: finds %s [Q37]', (...[module, leaf, value, field, problem]) => {
    const leaves = module === 'KS' ? BIRTH_LEAVES : DEATH_LEAVES;
    expect(check(module, { ...leaves, [leaf]: value })).toEqual(field === undefined ? [] : [{ field, problem }]);
  });
});
