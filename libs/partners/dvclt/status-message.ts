import { DvcltStatus, type OfficerNote } from '#dossier';
import type { DeliveryTask, PayloadReader } from '#delivery';
import { AppError } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { formatDeadline, formatFact } from '../wire/dates';
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

function missing(field: string): AppError {
  return new AppError({
    code: 'dvclt.cannot-render',
    disposition: 'person',
    field,
    detail: `a status push needs ${field}`,
  });
}

async function resultOf(task: DeliveryTask, payloads: PayloadReader, config: PartnerConfig): Promise<string> {
  if (task.facts.resultRef === undefined) throw missing('resultRef');
  const result = await payloads.result(task.facts.resultRef);
  const file = await payloads.file(result.fileRef);
  return resultText(task.dossier.module, result, file, config.resultPapers[task.dossier.module]);
}

/** Renders the push of one status. `thoiGianThucHien` is the time of the fact, the dates are local, unknown texts are empty.
 *  @throws AppError `dvclt.cannot-render` or `dvclt.result-incomplete` (person) */
export async function statusMessage(
  task: DeliveryTask,
  payloads: PayloadReader,
  config: PartnerConfig,
): Promise<StatusMessage> {
  const { facts, dossier } = task;
  if (facts.status === undefined) throw missing('status');
  if (dossier.codes.oneStop === undefined) throw missing('oneStopCode');
  if (facts.status === DvcltStatus.SupplementRequired && facts.supplementDeadline === undefined)
    throw missing('supplementDeadline');
  const officer: OfficerNote = facts.officerRef === undefined ? {} : await payloads.officer(facts.officerRef);
  return {
    maTTHC: dossier.procedureCode,
    soHoSoLT: dossier.codes.dvclt,
    coQuanXuLy: Number(config.constants['coQuanXuLy']),
    maHoSo: dossier.codes.oneStop,
    trangThai: facts.status,
    thoiGianThucHien: formatFact(facts.factAt, FORM),
    nguoiXuLy: officer.name ?? '',
    chucDanh: officer.title ?? '',
    phongBanXuLy: officer.department ?? '',
    noiDungXuLy: officer.note ?? '',
    ghiChu: '',
    ngayBatDau: formatFact(dossier.receivedAt, FORM),
    ngayKetThucTheoQuyDinh: formatDeadline(dossier.dueAt, FORM),
    ngayHenTraTruoc: '',
    ngayHenTraMoi: '',
    hanBoSungHoSo:
      facts.status === DvcltStatus.SupplementRequired ? formatDeadline(facts.supplementDeadline ?? '', FORM) : '',
    ...(facts.status === DvcltStatus.RegistrationCompleted
      ? { ketQuaXuLy: await resultOf(task, payloads, config) }
      : {}),
  };
}
