import type { DraftObject, PlainObject, SealItem, VaultDraft } from '#access';
import type { DossierContent } from '#dossier';
import type { Ids } from '#platform';
import type { DecodedAttachment, DecodedDossier, DecodeStage } from '../ports';

/** Objects to seal for one dossier, with the references they will have. */
export interface ContentToSeal {
  contentRef: string;
  objects: (PlainObject | DraftObject)[];
}

/** Content and files as vault objects. The content names its files, so the references are made first. */
export function contentToSeal(dossier: DecodedDossier, unit: string, ids: Ids): ContentToSeal {
  const { code, unitText, receivedAt, attachments, ...rest } = dossier;
  void code;
  void unitText;
  void receivedAt;
  const files = attachments.map((file) => ({ file, ref: file.draft?.ref ?? (file.bytes ? ids.next() : undefined) }));
  const content: DossierContent = {
    ...rest,
    unit,
    attachments: files.map(({ file, ref }) => attachmentRef(file, ref)),
  };
  const contentRef = ids.next();
  return {
    contentRef,
    objects: [
      {
        ref: contentRef,
        kind: 'content',
        contentType: 'application/json',
        bytes: Buffer.from(JSON.stringify(content)),
      },
      ...files.flatMap(({ file, ref }) => attachmentObject(file, ref)),
    ],
  };
}

function attachmentObject(
  { contentType, bytes, draft }: DecodedAttachment,
  ref: string | undefined,
): (PlainObject | DraftObject)[] {
  if (draft) return [{ kind: 'attachment', contentType, draft }];
  return bytes ? [{ ref, kind: 'attachment', contentType, bytes }] : [];
}

function attachmentRef(file: DecodedAttachment, ref: string | undefined): DossierContent['attachments'][number] {
  const { bytes, draft, ...named } = file;
  return { ...named, ...(ref === undefined ? {} : { ref }), sizeBytes: draft?.sizeBytes ?? bytes?.length ?? 0 };
}

/** The message as it came and each stage of decoding (Q07), sealed under `owner`. */
export interface MessageToSeal extends SealItem {
  rawRef: string;
  stages: { stage: string; ref?: string }[];
}

export function messageToSeal(
  owner: Pick<SealItem, 'ownerKind' | 'ownerId'>,
  raw: Buffer | VaultDraft,
  stages: readonly DecodeStage[],
  ids: Ids,
): MessageToSeal {
  const rawObject = rawObjectOf(raw, ids);
  const placed = stages.map(({ stage, bytes }) => ({ stage, bytes, ref: bytes ? ids.next() : undefined }));
  return {
    ...owner,
    rawRef: 'draft' in rawObject ? rawObject.draft.ref : (rawObject.ref as string),
    stages: placed.map(({ stage, ref }) => (ref === undefined ? { stage } : { stage, ref })),
    objects: [
      rawObject,
      ...placed.flatMap(({ bytes, ref }): PlainObject[] =>
        bytes ? [{ ref, kind: 'stage', contentType: 'application/octet-stream', bytes }] : [],
      ),
    ],
  };
}

function rawObjectOf(raw: Buffer | VaultDraft, ids: Ids): PlainObject | DraftObject {
  const object = { kind: 'raw', contentType: 'application/octet-stream' } as const;
  return Buffer.isBuffer(raw) ? { ...object, ref: ids.next(), bytes: raw } : { ...object, draft: raw };
}
