import { CaseGenerator } from '../cases/case-generator';
import type { CaseKind, SimCase } from '../cases/sim-case';
import type { Fields } from '../server/fields';
import { registryPush } from '../testing/messages';
import { TextBook } from '../server/text-book';
import { checkPush } from './check-push';
import { HOTICH_TEXTS } from './texts';

const CODE = 'H99.001-261102-0001';
const NOW_MS = Date.UTC(2026, 10, 2, 3);

function generated(kind: CaseKind, count = 1): SimCase[] {
  return new CaseGenerator(() => NOW_MS, 1).generate({ kind, count, scenario: 'happy-path', seed: 7 });
}

function texts(kind: CaseKind, changes: Fields, head: Fields = {}, drift: string | null = null): string[] {
  const [simCase] = generated(kind) as [SimCase];
  const push = { ...registryPush(simCase, CODE, changes), ...head };
  const book = new TextBook(HOTICH_TEXTS);
  return checkPush(push, drift).complaints.map(({ text, field, limit = 0 }) => book.say(text, { field, limit }));
}

describe('validation of a push to hộ tịch', () => {
  it.each(['birth', 'death'] as const)('takes two hundred generated dossiers of kind %s', (kind) => {
    const complaints = generated(kind, 200).flatMap(
      (simCase) => checkPush(registryPush(simCase, CODE), null).complaints,
    );
    expect(complaints).toEqual([]);
  });

  it.each([
    [{ meSoDDCN: '9990800000012' }, 'meSoDDCN có độ dài vượt quá 12 ký tự'],
    [{ meSoDDCN: '99908000' }, 'meSoDDCN định dạng không đúng'],
    [
      { nycLoaiGiayToTuyThan: '9' },
      'nycLoaiGiayToTuyThan không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật',
    ],
    [
      { nksDanToc: '55' },
      'nksDanToc không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật',
    ],
    [{ ngayCapGCS: '20261101' }, 'ngayCapGCS định dạng không đúng'],
    [{ nksNgaySinh: '31.02.2026' }, 'nksNgaySinh định dạng không đúng'],
    [{ nksNoiSinh: 'một chuỗi' }, 'nksNoiSinh định dạng không đúng'],
    [
      { nksNoiSinh: { maTinh: '01', dcChiTiet: 'Mẫu' } },
      'nksNoiSinh.maTinh không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật',
    ],
    [{ chaHoTen: '' }, 'chaHoTen không được để trống'],
    [{ noiDangKy: '99002' }, 'maDonVi không khớp với noiDangKy'],
    [{ nksNoiCuTru: { dcChiTiet: 'Mẫu' } }, 'nksNoiCuTru định dạng không đúng'],
  ] as const)('refuses %j', (changes, text) => {
    expect(texts('birth', changes)).toContain(text);
  });

  it.each([
    [{ maDonVi: 123 }, 'maDonVi định dạng không đúng'],
    [{ maHoSoMCDT: '' }, 'maHoSoMCDT định dạng không đúng'],
    [{ ngayTiepNhan: '2026-11-02' }, 'ngayTiepNhan định dạng không đúng'],
    [{ data: { nksHoTen: 'Mẫu' } }, 'data định dạng không đúng'],
    [
      {
        fileDinhKem: [
          { id: 1, loaiGiayTo: 1, tenGiayTo: 'a', tenTepDinhKem: 'b', huyGiayTo: 1, duLieuTepDinhKem: 'AAAA' },
        ],
      },
      'fileDinhKem[0] là giấy tờ đã hủy',
    ],
    [
      {
        fileDinhKem: [
          { id: 1, loaiGiayTo: 1, tenGiayTo: '', tenTepDinhKem: 'b', huyGiayTo: 0, duLieuTepDinhKem: 'AAAA' },
        ],
      },
      'fileDinhKem[0].tenGiayTo không được để trống',
    ],
  ] as const)('refuses a head with %j', (head, text) => {
    expect(texts('birth', {}, head)).toContain(text);
  });

  it('takes partial birth dates, both schema generations and a date with a trailing space', () => {
    const old = { maTinh: '99', maHuyen: '001', maXa: '99001', dcChiTiet: 'Mẫu' };
    expect(texts('death', { nktNgaySinh: '1950', nktNoiCuTru: old }, { ngayTiepNhan: '02/11/2026 ' })).toEqual([]);
  });

  it('no longer knows a catalogue value that has drifted', () => {
    const [simCase] = generated('birth') as [SimCase];
    expect(texts('birth', {}, {}, simCase.unit).some((text) => text.startsWith('maDonVi không tồn tại'))).toBe(true);
  });
});
