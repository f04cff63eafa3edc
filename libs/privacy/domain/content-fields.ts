import type { DossierContent, OfficerNote, RegistrationResult } from '#dossier';
import { UNLABELLED, type FieldLabel, type Labels } from './labels';
import { OWN_FIELDS, type OwnField } from './own-fields';

/** One leaf of what the vault keeps of a dossier, under the name by which it is shown and asked for. */
export interface ContentField extends FieldLabel {
  /** e.g. `declaration.nktNguyenNhanChet`, `requester.phone`, `result.identityNumber`. Never a value. */
  field: string;
  value: string;
}

/** A file of a dossier. */
export interface ContentFile {
  /** Vault object. */
  ref: string;
  kind: 'attachment' | 'result-file';
  label: 'sensitive';
  contentType: string;
  sizeBytes: number;
  withdrawn: boolean;
}

export interface OpenedContent {
  content: DossierContent;
  result?: RegistrationResult;
  officer?: OfficerNote;
}

/** Every leaf with its label. What no list names is `…other-<n>`: the name itself may say something about a person. */
export function contentFields({ content, result, officer }: OpenedContent, labels: Labels): ContentField[] {
  return [
    ...own('subject', content.subject),
    ...own('requester', content.requester),
    ...leavesOf('declaration', content.declaration ?? {}, labels),
    ...(content.attachments ?? []).flatMap((file, at) => [
      leaf(`attachments.${at}.title`, file.title, OWN_FIELDS['attachment.title']),
      leaf(`attachments.${at}.fileName`, file.fileName, OWN_FIELDS['attachment.fileName']),
    ]),
    ...(result === undefined ? [] : resultFields(result, labels)),
    ...own('officer', officer),
  ];
}

/** The files that have bytes. */
export function contentFiles({ content, result }: OpenedContent): ContentFile[] {
  const attachments = (content.attachments ?? []).flatMap(
    ({ ref, contentType, sizeBytes, withdrawn }): ContentFile[] =>
      ref === undefined ? [] : [{ ref, kind: 'attachment', label: 'sensitive', contentType, sizeBytes, withdrawn }],
  );
  if (result === undefined) return attachments;
  const file = {
    ref: result.fileRef,
    kind: 'result-file' as const,
    label: 'sensitive' as const,
    contentType: 'application/pdf',
    sizeBytes: result.fileSizeBytes,
    withdrawn: false,
  };
  return [...attachments, file];
}

/** A member that has no label here is a new one: it counts as sensitive until somebody labels it. */
function own(group: 'subject' | 'requester' | 'officer' | 'result', values: object | undefined): ContentField[] {
  return Object.entries(values ?? {}).flatMap(([name, value]) => {
    const field = `${group}.${name}`;
    const label: FieldLabel = field in OWN_FIELDS ? OWN_FIELDS[field as OwnField] : UNLABELLED;
    return typeof value === 'string' ? [leaf(field, value, label)] : [];
  });
}

function resultFields({ fields, officer, ...rest }: RegistrationResult, labels: Labels): ContentField[] {
  const { identityNumber, registrationNumber, bookNumber, pageNumber, registeredOnText } = rest;
  return [
    ...own('result', { identityNumber, registrationNumber, bookNumber, pageNumber, registeredOnText }),
    ...leavesOf('result.fields', fields ?? {}, labels),
    ...own('officer', officer).map((field) => ({ ...field, field: `result.${field.field}` })),
  ];
}

/** Nested members (an address object) share the label of the member they stand in. */
function leavesOf(group: string, values: Readonly<Record<string, unknown>>, labels: Labels): ContentField[] {
  let unnamed = 0;
  return Object.entries(values).flatMap(([name, value]) => {
    const label = labels(name);
    if (label === undefined) unnamed += 1;
    const shown = label === undefined ? `other-${unnamed}` : name;
    return textsOf(value).map(([path, text]) => leaf(`${group}.${shown}${path}`, text, label ?? UNLABELLED));
  });
}

/** Members of an address object in the order they stand in. */
function textsOf(value: unknown): [path: string, text: string][] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'string') return [['', value]];
  if (typeof value !== 'object') return [['', JSON.stringify(value)]];
  return Object.values(value).flatMap((member, at) =>
    textsOf(member).map(([path, text]): [string, string] => [`.${at + 1}${path}`, text]),
  );
}

function leaf(field: string, value: string, { label, kind }: FieldLabel): ContentField {
  return { field, value, label, kind };
}
