import { Readable } from 'node:stream';
import type { DeliveryFacts, DeliveryTask, PayloadReader } from '#delivery';
import type { DossierContent, DossierState, OfficerNote, PartnerId, RegistrationResult } from '#dossier';

/** Invented leaves of a birth as DVCLT gives them: text, one empty, zeros in front. */
export const BIRTH_LEAVES: Readonly<Record<string, string>> = {
  maGCS: '00004.GCS.99025.26',
  ngayCapGCS: '20260228',
  loaiDangKy: '1',
  noiDangKy: '00123',
  soLuongBanSao: '2',
  nksHoTen: 'TRẦN MẪU CON',
  nksGioiTinh: '2',
  nksNgaySinh: '27.02.2026',
  nksNoiSinh: 'Bệnh viện Mẫu, xã Mẫu',
  nksNoiSinhDVHC: '99',
  nksNoiSinhNuocNgoai: '',
  nksQueQuan: 'Xã Mẫu, tỉnh Mẫu',
  nksDanToc: '01',
  nksQuocTich: 'VN',
  meHoTen: 'LÊ MẪU MẸ',
  meNgaySinh: '1999',
  meLoaiCuTru: '0',
  meNoiCuTru: 'Thôn Mẫu, xã Mẫu',
  meLoaiGiayToTuyThan: '4',
  meSoGiayToTuyThan: '999199000001',
  chaHoTen: '',
  nycHoTen: 'LÊ MẪU MẸ',
  nycQuanHe: 'Mẹ',
  nycLoaiGiayToTuyThan: '1',
  nycSoGiayToTuyThan: '999000111',
  nycSoDienThoai: '0999000001',
};

/** Invented leaves of a death. */
export const DEATH_LEAVES: Readonly<Record<string, string>> = {
  maGBT: '00007.GBT.99025.26',
  ngayCapGBT: '20260301',
  loaiDangKy: '1',
  noiDangKy: '99001',
  nktHoTen: 'PHẠM MẪU CỤ',
  nktGioiTinh: '1',
  nktNgaySinh: '01.01.1940',
  nktNoiCuTru: 'Thôn Mẫu, xã Mẫu Một',
  nktLoaiGiayToTuyThan: '4',
  nktSoGiayToTuyThan: '999040000002',
  nktNgayChet: '01.03.2026',
  nktGioPhutChet: '05:07',
  nktNoiChet: 'Tại nhà',
  nktNguyenNhanChet: 'Tuổi già mẫu',
  gbtLoai: '1',
  gbtSo: '007',
  gbtNgay: '01/03/2026',
  gbtCoQuanCap: 'Trạm y tế Mẫu',
  nycHoTen: 'PHẠM MẪU CON',
  nycQuanHe: 'Con',
  nycNoiCuTru: 'Thôn Mẫu, xã Mẫu Hai',
  nycLoaiGiayToTuyThan: '4',
  nycSoGiayToTuyThan: '999175000003',
};

/** A dossier that an officer has accepted on Monday 02/03/2026. */
function dossierState(change: Partial<DossierState> = {}): DossierState {
  return {
    id: '01950000-0000-7000-8000-000000000001',
    procedure: 'birth-group',
    module: 'KS',
    procedureCode: '2.000986',
    localProcedureCode: '2.002621',
    unit: '00123',
    state: 'with-registry',
    attention: false,
    version: 4,
    source: 'dvclt',
    codes: { dvclt: 'G22.99.08-260302-000007', oneStop: 'H99.101-260302-0001', registry: [] },
    receivedAt: '2026-03-02T08:00:00.000+07:00',
    dueAt: '2026-03-02T17:00:00.000+07:00',
    updatedAt: '2026-03-02T09:00:00.000+07:00',
    contentRef: 'content-1',
    contentDigests: ['digest-1'],
    round: 0,
    statuses: {},
    portalKnown: false,
    portalStatus: 2,
    registry: { submitted: false, resubmitAwaited: false },
    legs: [],
    ...change,
  };
}

export function dossierContent(change: Partial<DossierContent> = {}): DossierContent {
  return {
    procedureCode: '2.000986',
    module: 'KS',
    unit: '00123',
    receivedAtText: '02/03/2026 08:00:00',
    technicalId: 'tech-1',
    subject: { name: 'TRẦN MẪU CON' },
    requester: { name: 'LÊ MẪU MẸ', identityNumber: '999199000001', phone: '0999000001' },
    declaration: BIRTH_LEAVES,
    attachments: [
      {
        sourceId: '1',
        paperType: 5,
        title: 'Giấy chứng sinh',
        fileName: 'gcs.pdf',
        withdrawn: false,
        ref: 'file-1',
        sizeBytes: 6,
        contentType: 'application/pdf',
      },
      {
        sourceId: '2',
        paperType: 6,
        title: 'Đã rút',
        fileName: 'rut.pdf',
        withdrawn: true,
        ref: 'file-2',
        sizeBytes: 6,
        contentType: 'application/pdf',
      },
    ],
    ...change,
  };
}

/** The birth content turned into one of a death. */
export function deathContent(): DossierContent {
  return dossierContent({
    module: 'KT',
    unit: '99001',
    procedureCode: '1.011733',
    declaration: DEATH_LEAVES,
    attachments: [],
    subject: { name: 'PHẠM MẪU CỤ' },
    requester: { name: 'PHẠM MẪU CON', identityNumber: '999175000003' },
  });
}

export interface SamplePayloads {
  content?: DossierContent;
  result?: RegistrationResult;
  officer?: OfficerNote;
}

/** Payloads that answer any reference; a file's bytes are its reference. */
export function payloadsOf({ content, result, officer }: SamplePayloads = {}): PayloadReader {
  const given = async <T>(value: T | undefined): Promise<T> => {
    if (value === undefined) throw new Error('the test gave no such payload');
    return value;
  };
  return {
    content: () => given(content ?? dossierContent()),
    result: () => given(result),
    officer: () => given(officer),
    file: async (ref) => Buffer.from(ref, 'utf8'),
    fileUrl: async (ref) => `http://gateway.test/files/${ref}`,
    largeBody: (parts) => ({ parts, sizeBytes: 0, open: () => Readable.from([]) }),
  };
}

export interface SampleTask {
  partner: PartnerId;
  operation: string;
  dossier?: Partial<DossierState>;
  facts?: Partial<DeliveryFacts>;
  attempts?: number;
  wasUnknown?: boolean;
}

export function taskOf({ dossier, facts, ...task }: SampleTask): DeliveryTask {
  return {
    deliveryId: '01950000-0000-7000-8000-0000000000d1',
    attempts: 0,
    wasUnknown: false,
    ...task,
    dossier: dossierState(dossier),
    facts: { factAt: '2026-03-02T09:00:00.000+07:00', ...facts },
  };
}
