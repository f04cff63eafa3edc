import type { DeliveryFacts, PayloadReader } from '#delivery';
import {
  PortalStatus,
  type AttachmentRef,
  type DossierContent,
  type DossierState,
  type OfficerNote,
  type RegistrationResult,
} from '#dossier';
import type { PartnerConfig } from '../config/partner-config';
import { formatFact } from '../wire/dates';
import { withoutEmpty } from '../wire/fields';
import { required } from './required';

/** Everything that one item of `DongBoHoSoMC` is made from. */
export interface PortalDossierParts {
  dossier: DossierState;
  facts: DeliveryFacts;
  content: DossierContent;
  /** The registration, once there is one. */
  result?: RegistrationResult;
  /** Who asked for the supplement that is awaited. */
  supplementOfficer?: OfficerNote;
}

const CITIZEN = 1;
/** Paper type of a CMND (codes-and-statuses.md §6). */
const OLD_CARD = '1';
const MAX_SUMMARY_CHARACTERS = 1_000;

/**
 * One item of `DongBoHoSoMC` (dvcqg.md §2): the dossier in its state of now. Filled is what we know to be true; fields whose
 * values are recorded nowhere (`KenhThucHien`, `HinhThuc`, `MaLinhVuc`, …) are left out.
 * @throws AppError with disposition `person` when a required value is missing: it is never padded (`000000001`, `Dinhkem`)
 */
export async function portalDossier(
  parts: PortalDossierParts,
  config: PartnerConfig,
  payloads: PayloadReader,
): Promise<Record<string, unknown>> {
  const { dossier, content } = parts;
  const { requester } = content;
  const name = config.names[dossier.localProcedureCode];
  return withoutEmpty({
    MaHoSo: required('MaHoSo', dossier.codes.oneStop),
    MaTTHC: dossier.localProcedureCode,
    TenTTHC: name,
    ChuHoSo: required('ChuHoSo', requester.name),
    LoaiDoiTuong: CITIZEN,
    MaDoiTuong: content.technicalId,
    DinhDanhCHS: [identityOf(content)],
    Email: requester.email,
    SoDienThoai: requester.phone,
    TrichYeuHoSo: name?.slice(0, MAX_SUMMARY_CHARACTERS),
    NgayTiepNhan: portalTime(dossier.receivedAt),
    NgayHenTra: portalTime(dossier.dueAt),
    TrangThaiHoSo: dossier.portalStatus,
    DonViXuLy: config.names[dossier.unit] ?? dossier.unit,
    ...endTimes(parts),
    TaiLieuNop: await submittedFiles(content.attachments, payloads),
    DanhSachHoSoBoSung: supplements(parts),
    DanhSachGiayToKetQua: await resultPapers(parts, config, payloads),
  });
}

/** `yyyyMMddHHmmss`, local time. */
export function portalTime(instant: string): string {
  return formatFact(instant, 'yyyyMMddHHmmss');
}

/** Identity of the owner: a personal number is a CCCD, a nine-digit CMND stands on the declaration only (codes-and-statuses.md §4,
 *  §6). No other paper has a value here. */
function identityOf({ requester, declaration }: DossierContent): { LoaiDinhDanh: 1 | 2; SoDinhDanh: string } {
  const number = requester.identityNumber?.trim() ?? '';
  if (/^\d{12}$/.test(number)) return { LoaiDinhDanh: 1, SoDinhDanh: number };
  const oldCard =
    declaration['nycLoaiGiayToTuyThan'] === OLD_CARD ? declaration['nycSoGiayToTuyThan']?.trim() : undefined;
  const nineDigits = [number, oldCard].find((candidate) => /^\d{9}$/.test(candidate ?? ''));
  return { LoaiDinhDanh: 2, SoDinhDanh: required('DinhDanhCHS', nineDigits) };
}

/** Times of the end states, known while the delivery that reports them carries the fact. */
function endTimes({ dossier, facts }: PortalDossierParts): Record<string, string | undefined> {
  const at = (status: PortalStatus): string | undefined =>
    dossier.portalStatus === status && facts.status === status ? portalTime(facts.factAt) : undefined;
  const [registration] = dossier.legs;
  const registeredAt = registration?.state === 'done' ? portalTime(registration.since) : undefined;
  return {
    NgayKetThucXuLy: at(PortalStatus.Processed) ?? registeredAt,
    NgayTra: at(PortalStatus.ResultReturned),
    NgayTuChoi: at(PortalStatus.NotReceived),
  };
}

/** Files go by URL, and the portal fetches them (Q20); withdrawn ones are left out (Q22). */
async function submittedFiles(
  attachments: readonly AttachmentRef[],
  payloads: PayloadReader,
): Promise<readonly object[]> {
  const kept = attachments.filter((attachment) => !attachment.withdrawn);
  return Promise.all(
    kept.map(async (attachment) => {
      const ref = required('DuongDanTaiTepTin', attachment.ref);
      const fileName = required('TenTepDinhKem', attachment.fileName);
      return {
        TepDinhKemId: attachment.sourceId,
        TenTepDinhKem: fileName,
        IsDeleted: 'False',
        DuongDanTaiTepTin: await payloads.fileUrl(ref, fileName, attachment.contentType),
      };
    }),
  );
}

/** The supplement that is awaited now; its number is ours to give, and counts the rounds. */
function supplements({ dossier, facts, supplementOfficer }: PortalDossierParts): readonly object[] | undefined {
  if (dossier.supplement === undefined) return undefined;
  const isReported = facts.status === PortalStatus.SupplementRequired;
  return [
    withoutEmpty({
      HoSoBoSungId: String(dossier.round + 1),
      NguoiYeuCauBoSung: supplementOfficer?.name,
      NoiDungBoSung: supplementOfficer?.note,
      NgayBoSung: isReported ? portalTime(facts.factAt) : undefined,
      NgayHenTraTruoc: portalTime(dossier.dueAt),
    }),
  ];
}

async function resultPapers(
  { dossier, result }: PortalDossierParts,
  config: PartnerConfig,
  payloads: PayloadReader,
): Promise<readonly object[] | undefined> {
  if (result === undefined) return undefined;
  const url = await payloads.fileUrl(result.fileRef, result.fileName, 'application/pdf');
  const code = result.fields['maGiayToKetQua'];
  return [
    withoutEmpty({
      TenGiayTo: required('TenGiayTo', config.names[dossier.module]),
      GiayToId: dossier.codes.registry.at(-1),
      MaGiayToKetQua: typeof code === 'string' && code.trim() !== '' ? code : config.resultPapers[dossier.module],
      DuongDanTepTinKetQua: url,
    }),
  ];
}
