import type { DossierContent, RegistrationResult } from '#dossier';

/** Nine digits (old card), twelve (citizen card, personal number), or a passport's. A telephone has ten, a date eight. */
const IDENTITY_NUMBER = /^(\d{9}|\d{12}|[A-Z]\d{7,8})$/;
const FIELD_NAME = /^[A-Za-z]\w{0,63}$/;
const MAX_FIELDS = 20;

/** An identity number in the one form that is searched for; undefined for what is none. */
export function identityNumber(text: string): string | undefined {
  const plain = text.replace(/[\s.-]/g, '').toUpperCase();
  return IDENTITY_NUMBER.test(plain) ? plain : undefined;
}

/** Where an identity number stands in a dossier. */
export interface FoundNumber {
  number: string;
  /** Names of the fields. */
  fields: string[];
}

/** The identity numbers in a content. By the form of the value and not by the name of the leaf: names of leaves are the partners' (law 6). */
export function numbersInContent(
  content: Pick<DossierContent, 'subject' | 'requester' | 'declaration'>,
): FoundNumber[] {
  return grouped([
    ['subject.identityNumber', content.subject?.identityNumber],
    ['requester.identityNumber', content.requester?.identityNumber],
    ...leavesOf('declaration', content.declaration),
  ]);
}

/** The identity numbers in what the registry reported. */
export function numbersInResult(result: Pick<RegistrationResult, 'identityNumber' | 'fields'>): FoundNumber[] {
  return grouped([['result.identityNumber', result.identityNumber], ...leavesOf('result.fields', result.fields)]);
}

function leavesOf(group: string, values: Readonly<Record<string, unknown>> | undefined): [string, unknown][] {
  return Object.entries(values ?? {}).map(([name, value]) => [
    FIELD_NAME.test(name) ? `${group}.${name}` : `${group}.other`,
    value,
  ]);
}

function grouped(values: readonly (readonly [string, unknown])[]): FoundNumber[] {
  const found = new Map<string, Set<string>>();
  for (const [field, value] of values) {
    const number = typeof value === 'string' ? identityNumber(value) : undefined;
    if (number === undefined) continue;
    const fields = found.get(number) ?? new Set<string>();
    if (fields.size < MAX_FIELDS) fields.add(field);
    found.set(number, fields);
  }
  return [...found].map(([number, fields]) => ({ number, fields: [...fields] }));
}
