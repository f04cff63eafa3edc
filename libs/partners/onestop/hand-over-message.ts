import type { DeliveryTask, PayloadReader } from '#delivery';
import type { AttachmentRef, DossierContent } from '#dossier';
import { AppError } from '#platform';
import { formatFact } from '../wire/dates';
import { integerOf, withoutEmpty } from '../wire/fields';
import type { MessageFiles } from '../wire/message-files';

/** A file object as DVCLT has it (dvclt.md §3); withdrawn ones are not forwarded (Q22). */
async function fileMessage(file: AttachmentRef, messageFiles: MessageFiles): Promise<Record<string, unknown>> {
  if (file.ref === undefined) {
    throw new AppError({
      code: 'onestop.cannot-render',
      disposition: 'person',
      field: 'fileDinhKem',
      detail: 'a file that is not withdrawn has no content',
    });
  }
  return {
    id: integerOf(file.sourceId) ?? file.sourceId,
    ...(file.paperType === undefined ? {} : { loaiGiayTo: file.paperType }),
    tenGiayTo: file.title,
    tenTepDinhKem: file.fileName,
    huyGiayTo: 0,
    duLieuTepDinhKem: await messageFiles.base64(file.ref, file.sizeBytes),
  };
}

async function filesOf(content: DossierContent, messageFiles: MessageFiles): Promise<Record<string, unknown>[]> {
  const files: Record<string, unknown>[] = [];
  for (const file of content.attachments) {
    if (!file.withdrawn) files.push(await fileMessage(file, messageFiles));
  }
  return files;
}

/** Body of `tiepNhanHoSo` (onestop.md §4, CONTRACTS §1.2). The supplement is the same call with the whole changed content.
 *  @throws AppError `onestop.cannot-render` (person) */
export async function handOverMessage(
  task: DeliveryTask,
  payloads: PayloadReader,
  messageFiles: MessageFiles,
): Promise<Record<string, unknown>> {
  const { dossier, facts } = task;
  const content = await payloads.content(facts.contentRef ?? dossier.contentRef);
  const { subject, requester } = content;
  return {
    maHoSoLT: dossier.codes.dvclt,
    maTTHC: dossier.localProcedureCode,
    module: dossier.module,
    maDonVi: content.unit,
    ngayTiepNhan: formatFact(dossier.receivedAt, 'dd/MM/yyyy HH:mm:ss'),
    chuHoSo: withoutEmpty({ hoTen: subject.name, soDinhDanh: subject.identityNumber, ngaySinh: subject.birthDate }),
    nguoiNop: withoutEmpty({
      hoTen: requester.name,
      soDinhDanh: requester.identityNumber,
      soDienThoai: requester.phone,
      email: requester.email,
      quanHe: requester.relation,
    }),
    duLieu: content.declaration,
    fileDinhKem: await filesOf(content, messageFiles),
  };
}
