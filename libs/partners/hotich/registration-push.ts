import type { AttachmentRef, DossierContent, DossierState } from '#dossier';
import { AppError, localDay } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { formatFact } from '../wire/dates';
import type { MessageFiles } from '../wire/message-files';
import { withBirthProvince } from './birth-province';
import type { AddressSchema } from './registry-address';
import { registryModule } from './registry-client';
import { registryDeclaration, type RegistryDeclaration } from './registry-declaration';

/** One file of a push (hotich.md §3: as at DVCLT). */
interface PushedFile {
  id: number | string;
  loaiGiayTo?: number;
  tenGiayTo: string;
  tenTepDinhKem: string;
  huyGiayTo: 0;
  /** Base64. */
  duLieuTepDinhKem: string;
}

/** The message of `nhanHoSoDKHT` (hotich.md §3). */
export interface RegistrationPush {
  maDonVi: string;
  module: 'LTKS' | 'LTKT';
  maHoSoLT: string;
  maHoSoMCDT: string;
  /** `dd/MM/yyyy HH:mm:ss`, local time. */
  ngayTiepNhan: string;
  /** The declaration as JSON text. */
  data: string;
  fileDinhKem: readonly PushedFile[];
}

/** The declaration of a dossier in the schema generation of its day of receipt. `noiDangKy` and `maDonVi` are one unit. */
export function declarationOf(
  dossier: DossierState,
  content: DossierContent,
  config: PartnerConfig,
): RegistryDeclaration {
  const declaration = registryDeclaration(
    dossier.module,
    withBirthProvince(content.declaration, config),
    addressSchemaOn(new Date(dossier.receivedAt), config),
  );
  return 'noiDangKy' in declaration ? { ...declaration, noiDangKy: dossier.unit } : declaration;
}

/** Puts the message together. @throws AppError with disposition `person` when a code or the bytes of a file are missing */
export async function registrationPush(
  dossier: DossierState,
  content: DossierContent,
  declaration: RegistryDeclaration,
  files: MessageFiles,
): Promise<RegistrationPush> {
  const { oneStop } = dossier.codes;
  if (oneStop === undefined) throw missing('maHoSoMCDT');
  const forwarded = content.attachments.filter((attachment) => !attachment.withdrawn);
  return {
    maDonVi: dossier.unit,
    module: registryModule(dossier.module),
    maHoSoLT: dossier.codes.dvclt,
    maHoSoMCDT: oneStop,
    ngayTiepNhan: formatFact(dossier.receivedAt, 'dd/MM/yyyy HH:mm:ss'),
    data: JSON.stringify(declaration),
    fileDinhKem: await Promise.all(forwarded.map((attachment) => pushedFile(attachment, files))),
  };
}

/** Units before `twoLevelFrom` still have a district (hotich.md §3). */
function addressSchemaOn(receivedAt: Date, { constants }: PartnerConfig): AddressSchema {
  const { quocGia, twoLevelFrom } = constants;
  const isTwoLevel = twoLevelFrom === undefined || localDay(receivedAt) >= String(twoLevelFrom);
  return {
    generation: isTwoLevel ? 'two-level' : 'with-district',
    ...(quocGia === undefined ? {} : { country: String(quocGia) }),
  };
}

async function pushedFile(attachment: AttachmentRef, files: MessageFiles): Promise<PushedFile> {
  if (attachment.ref === undefined) throw missing('duLieuTepDinhKem');
  return {
    id: /^\d{1,15}$/.test(attachment.sourceId) ? Number(attachment.sourceId) : attachment.sourceId,
    ...(attachment.paperType === undefined ? {} : { loaiGiayTo: attachment.paperType }),
    tenGiayTo: attachment.title,
    tenTepDinhKem: attachment.fileName,
    huyGiayTo: 0,
    duLieuTepDinhKem: await files.base64(attachment.ref, attachment.sizeBytes),
  };
}

function missing(field: string): AppError {
  return new AppError({ code: 'hotich.required-missing', disposition: 'person', field, detail: `${field} is missing` });
}
