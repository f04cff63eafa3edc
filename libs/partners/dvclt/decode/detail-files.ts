import type { DecodedAttachment } from '#intake';
import { strictBase64 } from '../../wire/base64';
import { filledText, integerOf, objectOf, textOf } from '../../wire/fields';
import type { FileContent } from './file-content';
import { Undecodable } from './undecodable';

/** A file of a message; where a large one went is said by its content. */
export type ReadFile = Omit<DecodedAttachment, 'bytes' | 'draft'> & { content?: FileContent };

/** Content of a file from its member `duLieuTepDinhKem`; undefined when that is no base64. */
export type ContentOf = (member: unknown) => FileContent | undefined;

const wholeContent: ContentOf = (member) => {
  const bytes = strictBase64(textOf(member) ?? '');
  return bytes === undefined ? undefined : { bytes };
};

const SIGNATURES: readonly (readonly [start: string, contentType: string])[] = [
  ['%PDF-', 'application/pdf'],
  ['\u00ff\u00d8\u00ff', 'image/jpeg'],
  ['\u0089PNG', 'image/png'],
  ['II*\u0000', 'image/tiff'],
  ['MM\u0000*', 'image/tiff'],
];

/** Content type by the first bytes; a file name is only a claim. */
function contentTypeOf(content: FileContent | undefined): string {
  const first = content === undefined ? undefined : 'bytes' in content ? content.bytes : content.start;
  const start = Buffer.from(first?.subarray(0, 8) ?? []).toString('latin1');
  return SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1] ?? 'application/octet-stream';
}

/** `huyGiayTo`: 0 is valid, other values are withdrawn (Q22); absent counts as 0, the default of the integer. */
function isWithdrawn(value: unknown): boolean {
  const text = filledText(value);
  if (text !== undefined) return integerOf(value) !== 0;
  return value === true;
}

function fileOf(value: unknown, place: string, contentOf: ContentOf): ReadFile {
  const file = objectOf(value);
  if (file === undefined)
    throw new Undecodable('files', 'files.not-an-object', 'an entry of fileDinhKem is not an object', place);
  const sourceId = filledText(file['id']);
  if (sourceId === undefined) throw new Undecodable('files', 'files.no-id', 'a file has no id', `${place}.id`);
  const withdrawn = isWithdrawn(file['huyGiayTo']);
  const content = contentOf(file['duLieuTepDinhKem']);
  if (content === undefined && !withdrawn) {
    throw new Undecodable(
      'files',
      'files.not-base64',
      'a file that is not withdrawn has no readable base64 content',
      `${place}.duLieuTepDinhKem`,
    );
  }
  const paperType = integerOf(file['loaiGiayTo']);
  return {
    sourceId,
    ...(paperType === undefined ? {} : { paperType }),
    title: textOf(file['tenGiayTo']) ?? '',
    fileName: textOf(file['tenTepDinhKem']) ?? '',
    withdrawn,
    contentType: contentTypeOf(content),
    ...(content === undefined ? {} : { content }),
  };
}

/** The files of a message, withdrawn ones included. @throws Undecodable at stage `files` */
export function readFiles(
  values: readonly unknown[],
  maxFiles: number,
  contentOf: ContentOf = wholeContent,
): ReadFile[] {
  if (values.length > maxFiles)
    throw new Undecodable('files', 'files.too-many', `more than ${maxFiles} files`, 'fileDinhKem');
  return values.map((value, at) => fileOf(value, `fileDinhKem[${at}]`, contentOf));
}

/** The `attachments` of our own intake API, which are DVCLT's file objects, with their bytes. @throws Undecodable at stage `files` */
export function filesOf(values: readonly unknown[], maxFiles: number): DecodedAttachment[] {
  return readFiles(values, maxFiles).map(({ content, ...file }) =>
    content !== undefined && 'bytes' in content ? { ...file, bytes: Buffer.from(content.bytes) } : file,
  );
}
