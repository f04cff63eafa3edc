/** Builds a DVCLT detail answer by hand, encoding by encoding (dvclt.md §3). */
export interface DetailParts {
  outer?: Readonly<Record<string, unknown>>;
  inner?: Readonly<Record<string, unknown>>;
  /** Leaves of `hoTich`, already escaped. */
  leaves?: Readonly<Record<string, string>>;
  xml?: string;
  files?: unknown;
  outerFiles?: unknown;
}

export const BIRTH_LEAVES: Readonly<Record<string, string>> = {
  maGCS: '00004.GCS.99025.26',
  ngayCapGCS: '20260301',
  loaiDangKy: '1',
  noiDangKy: '00123',
  soLuongBanSao: '0',
  nksHoTen: 'TRẺ MẪU MỘT',
  nksNgaySinh: '01.03.2026',
  nksNoiSinh: 'Bệnh viện &amp; Nhà hộ sinh &#x4D;ẫu',
  meHoTen: '',
  nycHoTen: 'NGƯỜI MẪU HAI',
  nycQuanHe: '01',
  nycLoaiGiayToTuyThan: '4',
  nycSoGiayToTuyThan: '999000000002',
  nycSoDienThoai: '0990000002',
};

export const DEATH_LEAVES: Readonly<Record<string, string>> = {
  maGBT: '00004.GBT.99025.26',
  nktHoTen: 'NGƯỜI MẪU BA',
  nktNgaySinh: '1940',
  nktLoaiGiayToTuyThan: '4',
  nktSoGiayToTuyThan: '999000000003',
  nktGioPhutChet: '08:05',
  nycHoTen: 'NGƯỜI MẪU HAI',
  nycLoaiGiayToTuyThan: '1',
  nycSoGiayToTuyThan: '999000002',
};

export const SAMPLE_FILES: readonly unknown[] = [
  {
    id: 1,
    loaiGiayTo: 3,
    tenGiayTo: 'Giấy chứng sinh',
    tenTepDinhKem: 'gcs.pdf',
    huyGiayTo: 0,
    duLieuTepDinhKem: 'JVBERi0=',
  },
  { id: 2, loaiGiayTo: 4, tenGiayTo: 'Giấy rút', tenTepDinhKem: 'rut.pdf', huyGiayTo: 1, duLieuTepDinhKem: '' },
];

export function declarationXml(leaves: Readonly<Record<string, string>>): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<hoSo>\n  <hoTich>${Object.entries(leaves)
    .map(([name, text]) => `\n    <${name}>${text}</${name}>`)
    .join('')}\n  </hoTich>\n</hoSo>`;
}

export function sampleDetail(parts: DetailParts = {}): Buffer {
  const inner = {
    maHoSo: 'G22.99.08-260301-0007',
    data: parts.xml ?? declarationXml(parts.leaves ?? BIRTH_LEAVES),
    fileDinhKem: parts.files === undefined ? SAMPLE_FILES : parts.files,
    ...parts.inner,
  };
  const head = {
    id: '7001',
    maDonVi: 123,
    maTTHC: '2.000986',
    module: 'KS',
    maHoSo: 'G22.99.08-260301-0007',
    ngayTiepNhan: '02/03/2026 08:00:00',
    techId: 'T-1',
  };
  const outer = { ...head, fileDinhKem: parts.outerFiles ?? [], data: JSON.stringify(inner), ...parts.outer };
  return Buffer.from(JSON.stringify({ data: outer }), 'utf8');
}
