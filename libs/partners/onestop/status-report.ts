import type { DeliveryTask, PayloadReader } from '#delivery';
import { PortalStatus, type OfficerNote } from '#dossier';
import { AppError } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { formatDeadline, formatFact } from '../wire/dates';
import { isEmpty } from '../wire/fields';
import type { MessageFiles } from '../wire/message-files';

const FORM = 'dd/MM/yyyy HH:mm:ss';

/** `nguon`: what we report was decided by the Ministry of Justice's registry (CONTRACTS §1.2). */
const SOURCE = 'BTP';

/** What a message is rendered from. */
interface RenderInput {
  payloads: PayloadReader;
  files: MessageFiles;
}

function missing(field: string): AppError {
  return new AppError({
    code: 'onestop.cannot-render',
    disposition: 'person',
    field,
    detail: `a status report needs ${field}`,
  });
}

async function resultMessage(
  task: DeliveryTask,
  { payloads, files }: RenderInput,
  config: PartnerConfig,
): Promise<Record<string, unknown>> {
  if (task.facts.resultRef === undefined) throw missing('resultRef');
  const result = await payloads.result(task.facts.resultRef);
  const paper = result.fields['maGiayToKetQua'];
  // All eight members of CONTRACTS §1.1; what hộ tịch did not give is null.
  return {
    maGiayToKetQua: isEmpty(paper) ? config.resultPapers[task.dossier.module] : paper,
    tenTep: result.fileName,
    duLieuTep: await files.base64(result.fileRef),
    soDangKy: result.registrationNumber,
    quyenSo: result.bookNumber,
    trangSo: result.pageNumber ?? null,
    ngayDangKy: result.registeredOnText,
    soDinhDanh: result.identityNumber ?? null,
  };
}

/** Body of `capNhatTrangThai`: only what the one-stop did not decide itself (4, 5, 3, and 9 with the result). `trangThai` is a number.
 *  @throws AppError `onestop.cannot-render` (person) */
export async function statusReport(
  task: DeliveryTask,
  { payloads, files }: RenderInput,
  config: PartnerConfig,
): Promise<Record<string, unknown>> {
  const { facts, dossier } = task;
  if (facts.status === undefined) throw missing('status');
  if (dossier.codes.oneStop === undefined) throw missing('oneStopCode');
  const isSupplement = facts.status === Number(PortalStatus.SupplementRequired);
  if (isSupplement && facts.supplementDeadline === undefined) throw missing('supplementDeadline');
  const officer: OfficerNote = facts.officerRef === undefined ? {} : await payloads.officer(facts.officerRef);
  return {
    maHoSoLT: dossier.codes.dvclt,
    maHoSoMCDT: dossier.codes.oneStop,
    trangThai: facts.status,
    thoiGianThucHien: formatFact(facts.factAt, FORM),
    nguon: SOURCE,
    noiDungXuLy: officer.note ?? '',
    hanBoSungHoSo: isSupplement ? formatDeadline(facts.supplementDeadline ?? '', FORM) : '',
    ketQua:
      facts.status === Number(PortalStatus.Processed) ? await resultMessage(task, { payloads, files }, config) : null,
  };
}
