import type { FieldLabel } from './labels';

/** Labels of the personal fields that have names of our own: in the vault's contents and in the API's schemas. The one place for them; OpenAPI
 *  carries them as `x-personal-data`. Leaves of a declaration have theirs in `config/personal-data.yaml`. */
export const OWN_FIELDS = {
  'subject.name': { label: 'ordinary', kind: 'name' },
  'subject.identityNumber': { label: 'ordinary', kind: 'identity-number' },
  // Of a newborn child or a dead person: a birth detail either way.
  'subject.birthDate': { label: 'sensitive', kind: 'date' },
  'requester.name': { label: 'ordinary', kind: 'name' },
  'requester.identityNumber': { label: 'ordinary', kind: 'identity-number' },
  'requester.phone': { label: 'ordinary', kind: 'phone' },
  'requester.email': { label: 'ordinary', kind: 'email' },
  'requester.relation': { label: 'ordinary', kind: 'text' },
  // People put names into names of files.
  'attachment.title': { label: 'ordinary', kind: 'text' },
  'attachment.fileName': { label: 'ordinary', kind: 'text' },
  // An ID card, a medical paper, or nobody knows what.
  'attachment.file': { label: 'sensitive', kind: 'text' },
  'result.file': { label: 'sensitive', kind: 'text' },
  'result.identityNumber': { label: 'ordinary', kind: 'identity-number' },
  'result.registrationNumber': { label: 'ordinary', kind: 'number' },
  'result.bookNumber': { label: 'ordinary', kind: 'number' },
  'result.pageNumber': { label: 'ordinary', kind: 'number' },
  'result.registeredOnText': { label: 'ordinary', kind: 'date' },
  'officer.name': { label: 'ordinary', kind: 'name' },
  'officer.title': { label: 'ordinary', kind: 'text' },
  'officer.department': { label: 'ordinary', kind: 'text' },
  // What an officer writes about a birth or a death.
  'officer.note': { label: 'sensitive', kind: 'text' },
  declaration: { label: 'sensitive', kind: 'text' },
  // What somebody typed into a free text or corrected: as the worst that it may hold.
  'edit.value': { label: 'sensitive', kind: 'text' },
  'answer.message': { label: 'sensitive', kind: 'text' },
} as const satisfies Readonly<Record<string, FieldLabel>>;

export type OwnField = keyof typeof OWN_FIELDS;

/** What OpenAPI says about a field that holds personal data. */
export interface SchemaLabel {
  'x-personal-data': 'ordinary' | 'sensitive';
  'x-personal-kind': string;
}

/** To be spread into the description of a property. */
export function personalData(field: OwnField): SchemaLabel {
  const { label, kind } = OWN_FIELDS[field];
  return { 'x-personal-data': label, 'x-personal-kind': kind };
}
