import { DvcltStatus, type OfficerNote } from '#dossier';
import type { DeliveryTask, PayloadReader } from '#delivery';
import { AppError } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { formatDeadline, formatFact } from '../wire/dates';
import type { MessageFiles } from '../wire/message-files';
import { resultText } from './result-message';

const FORM = 'dd/MM/yyyy HH:mm:ss';

/** Body of `capnhattrangthaihosohotich` (dvclt.md §5). `maHoSo` is the one-stop code here, `soHoSoLT` DVCLT's own. */
export interface StatusMessage {
  maTTHC: string;
  soHoSoLT: string;
  coQuanXuLy: number;
  maHoSo: string;
  trangThai: number;
  thoiGianThucHien: string;
  nguoiXuLy: string;
  chucDanh: string;
  phongBanXuLy: string;
  noiDungXuLy: string;
  ghiChu: string;
  ngayBatDau: string;
  ngayKetThucTheoQuyDinh: string;
  ngayHenTraTruoc: string;
  ngayHenTraMoi: string;
  hanBoSungHoSo: string;
  ketQuaXuLy?: string;
}

/** What a message is rendered from. */
interface RenderInput {
  payloads: PayloadReader;
  files: MessageFiles;
}

function missing(field: string): AppError {
  return new AppError({
    code: 'dvclt.cannot-render',
    disposition: 'person',
    field,
    detail: `a status push needs ${field}`,
  });
}

async function resultOf(task: DeliveryTask, { payloads, files }: RenderInput, config: PartnerConfig): Promise<string> {
  if (task.facts.resultRef === undefined) throw missing('resultRef');
  const result = await payloads.result(task.facts.resultRef);
  const file = await files.base64(result.fileRef);
  return resultText(task.dossier.module, result, file, config.resultPapers[task.dossier.module]);
}

/** What a push cannot do without. @throws AppError `dvclt.cannot-render` (person) */
function needed({ facts, dossier }: DeliveryTask): {
  status: DvcltStatus;
  oneStopCode: string;
  supplementDeadline: string;
} {
  const status: DvcltStatus | undefined = facts.status;
  if (status === undefined) throw missing('status');
  if (dossier.codes.oneStop === undefined) throw missing('oneStopCode');
  const isSupplement = status === DvcltStatus.SupplementRequired;
  if (isSupplement && facts.supplementDeadline === undefined) throw missing('supplementDeadline');
  const deadline = isSupplement ? formatDeadline(facts.supplementDeadline ?? '', FORM) : '';
  return { status, oneStopCode: dossier.codes.oneStop, supplementDeadline: deadline };
}

/** What DVCLT reads as "what was done" when nobody left a note: the official name of the status (codes-and-statuses.md §7.2). */
const STATUS_NAMES: Readonly<Record<DvcltStatus, string>> = {
  [DvcltStatus.ReceivedByProvince]: 'Đã tiếp nhận vào hệ thống một cửa của tỉnh',
  [DvcltStatus.SupplementRequired]: 'Yêu cầu bổ sung hồ sơ',
  [DvcltStatus.AcceptedByOneStop]: 'Một cửa điện tử tiếp nhận',
  [DvcltStatus.RegistrationCompleted]: 'Đã hoàn thành đăng ký',
  [DvcltStatus.ResultReturned]: 'Đã trả kết quả',
  [DvcltStatus.Refused]: 'Từ chối giải quyết',
  [DvcltStatus.PassedToRegistry]: 'Đã chuyển cơ quan đăng ký hộ tịch',
};

/** Officer fields come from the fact's own note (the decision, or hộ tịch's row) and, where that is empty, from the one-stop's last
 *  decision; they may be empty on 1 and 7 only (CONTRACTS §1.2). The note of another decision says nothing of this fact. */
async function officerFields(
  { officerRef, decisionOfficerRef }: DeliveryTask['facts'],
  status: DvcltStatus,
  payloads: PayloadReader,
): Promise<Pick<StatusMessage, 'nguoiXuLy' | 'chucDanh' | 'phongBanXuLy' | 'noiDungXuLy'>> {
  const own: OfficerNote = officerRef === undefined ? {} : await payloads.officer(officerRef);
  const isWhole = [own.name, own.title, own.department].every(isFilled);
  const other: OfficerNote =
    isWhole || decisionOfficerRef === undefined ? {} : await payloads.officer(decisionOfficerRef);
  return {
    nguoiXuLy: firstFilled(own.name, other.name),
    chucDanh: firstFilled(own.title, other.title),
    phongBanXuLy: firstFilled(own.department, other.department),
    noiDungXuLy: firstFilled(own.note, STATUS_NAMES[status]),
  };
}

function isFilled(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}

/** Empty when none is filled. */
function firstFilled(...texts: readonly (string | undefined)[]): string {
  return texts.find(isFilled) ?? '';
}

/** Renders the push of one status. `thoiGianThucHien` is the time of the fact, the dates are local, unknown texts are empty.
 *  @throws AppError `dvclt.cannot-render` or `dvclt.result-incomplete` (person) */
export async function statusMessage(
  task: DeliveryTask,
  { payloads, files }: RenderInput,
  config: PartnerConfig,
): Promise<StatusMessage> {
  const { facts, dossier } = task;
  const { status, oneStopCode, supplementDeadline } = needed(task);
  const isCompleted = status === DvcltStatus.RegistrationCompleted;
  return {
    maTTHC: dossier.procedureCode,
    soHoSoLT: dossier.codes.dvclt,
    coQuanXuLy: Number(config.constants['coQuanXuLy']),
    maHoSo: oneStopCode,
    trangThai: status,
    thoiGianThucHien: formatFact(facts.factAt, FORM),
    ...(await officerFields(facts, status, payloads)),
    ghiChu: '',
    ngayBatDau: formatFact(dossier.receivedAt, FORM),
    ngayKetThucTheoQuyDinh: formatDeadline(dossier.dueAt, FORM),
    ngayHenTraTruoc: '',
    ngayHenTraMoi: '',
    hanBoSungHoSo: supplementDeadline,
    ...(isCompleted ? { ketQuaXuLy: await resultOf(task, { payloads, files }, config) } : {}),
  };
}
