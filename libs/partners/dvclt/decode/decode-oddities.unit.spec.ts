import type { DecodedDossier } from '#intake';
import { BIRTH_LEAVES, DEATH_LEAVES, sampleDetail, type DetailParts } from '../../testing/sample-detail';
import { decodeDetail } from './decode-detail';

const decode = (parts: DetailParts): ReturnType<typeof decodeDetail> => decodeDetail(sampleDetail(parts), 10);
function understood(parts: DetailParts): DecodedDossier {
  const result = decode(parts);
  if ('failure' in result) throw new Error(`${result.failure.stage}: ${result.failure.code}`);
  return result.dossier;
}
const birth = (leaves: Record<string, string>): DecodedDossier =>
  understood({ leaves: { ...BIRTH_LEAVES, ...leaves } });

describe('odd values in a dossier of DVCLT', () => {
  it.each([
    ['02/03/2026 08:15:30', '2026-03-02T01:15:30Z'],
    ['02/03/2026 08:15', '2026-03-02T01:15:00Z'],
    ['02/03/2026', '2026-03-01T17:00:00Z'],
    ['02/03/2026 ', '2026-03-01T17:00:00Z'],
    ['2/3/2026', '2026-03-01T17:00:00Z'],
    ['02.03.2026', '2026-03-01T17:00:00Z'],
    ['20260302', '2026-03-01T17:00:00Z'],
    ['202603020815', '2026-03-02T01:15:00Z'],
    ['20260302081530', '2026-03-02T01:15:30Z'],
    ['2026-03-02', '2026-03-01T17:00:00Z'],
    ['2026-03-02T08:15:30', '2026-03-02T01:15:30Z'],
    ['2026-03-02T01:15:30+0000', '2026-03-02T01:15:30Z'],
    ['2026-03-02T01:15:30.000Z', '2026-03-02T01:15:30Z'],
  ])('ngayTiepNhan written as "%s" is that instant of local time, and its text is kept [Q09]', (written, instant) => {
    const dossier = understood({ outer: { ngayTiepNhan: written } });
    expect(dossier.receivedAt).toEqual(new Date(instant));
    expect(dossier.receivedAtText).toBe(written.trim());
  });

  it.each(['2026', '03.2026', '03/2026', '30/02/2026', 'hôm nay', '2026-13-01'])(
    'ngayTiepNhan "%s" names no day: quarantine, with the field and not the value [Q09 Q43]',
    (written) => {
      const result = decode({ outer: { ngayTiepNhan: written } });
      expect(result).toMatchObject({
        failure: { stage: 'checks', code: 'checks.date-unreadable', field: 'ngayTiepNhan', responsible: 'dvclt' },
      });
      expect(JSON.stringify(result)).not.toContain(`"reason":"${written}`);
    },
  );

  it.each(['maDonVi', 'maTTHC', 'techId'])('half a character in %s: quarantine, with the field [Q43]', (field) => {
    expect(decode({ outer: { [field]: '00123\udc00' } })).toMatchObject({
      failure: { stage: 'checks', code: 'checks.half-character', field, responsible: 'dvclt' },
    });
  });

  it.each(['01.03.2026', '01/03/2026', '20260301', '03.2026', '2026', '01.03.2026 ', '2026-03-01'])(
    'a birth date written as "%s" stays as it was written, partial or not [Q09]',
    (written) => {
      const { declaration, subject } = birth({ nksNgaySinh: written });
      expect(declaration['nksNgaySinh']).toBe(written);
      expect(subject.birthDate).toBe(written.trim());
    },
  );

  it.each(['Không có thông tin', 'không có thông tin', ' KHÔNG CÓ  THÔNG TIN ', 'Không có thông tin'.normalize('NFD')])(
    'padding "%s" is kept in the declaration and taken for no date, phone, relation or number [Q23]',
    (padding) => {
      const padded = birth({
        nksNgaySinh: padding,
        nycSoDienThoai: padding,
        nycEmail: padding,
        nycQuanHe: padding,
        nycSoGiayToTuyThan: padding,
      });
      expect(padded.declaration['nksNgaySinh']).toBe(padding);
      expect(padded.subject).toEqual({ name: 'TRẺ MẪU MỘT' });
      expect(padded.requester).toEqual({ name: 'NGƯỜI MẪU HAI' });
    },
  );

  it('an empty element is an empty leaf, one of blanks too, and neither says anything [Q35]', () => {
    const { declaration, requester } = birth({ nycSoDienThoai: '', nycEmail: '   ' });
    expect(declaration).toMatchObject({ nycSoDienThoai: '', nycEmail: '   ', meHoTen: '' });
    expect(requester).not.toHaveProperty('phone');
    expect(requester).not.toHaveProperty('email');
  });

  it.each([
    [123, '00123'],
    ['123', '00123'],
    ['00123', '00123'],
    [99001, '99001'],
    [7, '00007'],
  ])('maDonVi %j is the commune %s: five digits, zeros back [Q28]', (maDonVi, unitText) => {
    expect(understood({ outer: { maDonVi } }).unitText).toBe(unitText);
  });

  it('a bare year of a death, and identity numbers with leading zeros, stay text [Q09 Q28]', () => {
    const leaves = { ...DEATH_LEAVES, nktNgaySinh: '1940', nktSoGiayToTuyThan: '001099000003' };
    const dossier = understood({ leaves, outer: { module: 'KT', maTTHC: '1.006714' } });
    expect(dossier.subject).toMatchObject({ birthDate: '1940', identityNumber: '001099000003' });
  });

  it('withdrawn files are kept in the list, marked, with or without content [Q22]', () => {
    const files = [0, 1, '2', true].map((huyGiayTo, id) => ({
      id,
      tenTepDinhKem: `${id}.pdf`,
      huyGiayTo,
      duLieuTepDinhKem: huyGiayTo === 0 ? 'JVBERi0=' : '',
    }));
    expect(understood({ files }).attachments.map(({ withdrawn, bytes }) => [withdrawn, bytes?.length ?? 0])).toEqual([
      [false, 5],
      [true, 0],
      [true, 0],
      [true, 0],
    ]);
  });
});
