import { formatPartnerDate, parsePartnerDate } from '../wire/dates';
import { isEmpty } from '../wire/fields';
import { ADDRESS_FIELDS, DECLARATION_FIELDS, ISSUE_DATE_FIELDS } from './declaration-fields';
import { addressOf, type AddressSchema, type RegistryAddress } from './registry-address';

/** The declaration of a push: what DVCLT gave, in hộ tịch's names and forms; the `data` member before it becomes text. */
export type RegistryDeclaration = Readonly<Record<string, string | RegistryAddress>>;

/** Paper type 4 is the citizen identity card (codes-and-statuses.md §6). */
const CITIZEN_CARD = '4';

/**
 * Maps the leaves of `hoTich` to hộ tịch's declaration (hotich.md §3, CONTRACTS §1.2): addresses become objects, the issue
 * date of the birth or death paper becomes `dd.MM.yyyy`, `…SoDDCN` is the number of a twelve-digit citizen card, and what is
 * absent or empty is left out. All other values pass as the text they are, zeros included.
 */
export function registryDeclaration(
  module: 'KS' | 'KT',
  leaves: Readonly<Record<string, string>>,
  schema: AddressSchema,
): RegistryDeclaration {
  const leaf = (name: string): string | undefined => given(leaves, name);
  const declaration: Record<string, string | RegistryAddress> = {};
  for (const field of DECLARATION_FIELDS[module]) {
    const value = valueOf(field, leaf, schema);
    if (value !== undefined) declaration[field] = value;
  }
  return declaration;
}

/** How many leaves of the source have no place in hộ tịch's declaration: logged, so that a new field is noticed. */
export function unmappedLeafCount(module: 'KS' | 'KT', leaves: Readonly<Record<string, string>>): number {
  const known = new Set(DECLARATION_FIELDS[module]);
  const areaCode = /^(.+)Ma(?:Tinh|Huyen|Xa)$/;
  return Object.keys(leaves).filter((name) => !known.has(name) && !ADDRESS_FIELDS.has(areaCode.exec(name)?.[1] ?? ''))
    .length;
}

function given(leaves: Readonly<Record<string, string>>, name: string): string | undefined {
  const value = Object.hasOwn(leaves, name) ? leaves[name] : undefined;
  return isEmpty(value) ? undefined : value;
}

function valueOf(
  field: string,
  leaf: (name: string) => string | undefined,
  schema: AddressSchema,
): string | RegistryAddress | undefined {
  if (ADDRESS_FIELDS.has(field)) return addressOf(field, leaf, schema);
  const value = leaf(field);
  if (field.endsWith('SoDDCN')) return value ?? citizenNumber(field.slice(0, -'SoDDCN'.length), leaf);
  return value !== undefined && ISSUE_DATE_FIELDS.has(field) ? dottedDate(value) : value;
}

function citizenNumber(person: string, leaf: (name: string) => string | undefined): string | undefined {
  const number = leaf(`${person}SoGiayToTuyThan`);
  const isCard = leaf(`${person}LoaiGiayToTuyThan`)?.trim() === CITIZEN_CARD;
  return isCard && number !== undefined && /^\d{12}$/.test(number) ? number : undefined;
}

/** `dd.MM.yyyy` of a day in any written form. What is no date passes as it is and is named by the pre-check: the adapter does
 *  not repair what a citizen's paper says. */
function dottedDate(written: string): string {
  const date = parsePartnerDate(written);
  return date === undefined ? written : formatPartnerDate(date, 'dd.MM.yyyy');
}
