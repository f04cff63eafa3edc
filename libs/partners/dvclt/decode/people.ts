import type { PersonSummary, RequesterSummary } from '#dossier';
import { comparableText } from '#platform';
import { filledText } from '../../wire/fields';
import { Undecodable } from './undecodable';

type Leaves = Readonly<Record<string, string>>;

/** `LoaiGiayToTuyThan` of a citizen identity card (codes-and-statuses.md §6). */
const CITIZEN_CARD = '4';

/** The identity number: that of the paper when the paper is a 12-digit citizen card (CONTRACTS §1.2). */
function identityNumberOf(leaves: Leaves, prefix: string): string | undefined {
  const number = filledText(leaves[`${prefix}SoGiayToTuyThan`]);
  const isCard = filledText(leaves[`${prefix}LoaiGiayToTuyThan`]) === CITIZEN_CARD;
  return isCard && number !== undefined && /^\d{12}$/.test(number) ? number : undefined;
}

/** What clients of DVCLT write where a field must not be empty (Q23): it says that nothing is known, and is no date, phone or relation. */
const PADDING = comparableText('Không có thông tin');

/** A longer text is not the padding, and is not brought into comparable form for it. */
const MAX_PADDING_LENGTH = 100;

/** A filled text that says something. The declaration keeps the padding as it came. */
function statedText(leaves: Leaves, field: string): string | undefined {
  const text = filledText(leaves[field]);
  const isPadding = text !== undefined && text.length <= MAX_PADDING_LENGTH && comparableText(text) === PADDING;
  return isPadding ? undefined : text;
}

function requiredName(leaves: Leaves, field: string): string {
  const name = filledText(leaves[field]);
  if (name === undefined)
    throw new Undecodable('checks', 'checks.name-missing', 'a required name is missing or empty', field);
  return name;
}

function filled<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

/** Child (`KS`) or deceased (`KT`). @throws Undecodable when the name is missing */
export function subjectOf(leaves: Leaves, module: 'KS' | 'KT'): PersonSummary {
  const prefix = module === 'KS' ? 'nks' : 'nkt';
  return filled<PersonSummary>({
    name: requiredName(leaves, `${prefix}HoTen`),
    identityNumber: identityNumberOf(leaves, prefix),
    birthDate: statedText(leaves, `${prefix}NgaySinh`),
  });
}

/** Who filed the dossier. @throws Undecodable when the name is missing */
export function requesterOf(leaves: Leaves): RequesterSummary {
  return filled<RequesterSummary>({
    name: requiredName(leaves, 'nycHoTen'),
    identityNumber: identityNumberOf(leaves, 'nyc'),
    phone: statedText(leaves, 'nycSoDienThoai'),
    email: statedText(leaves, 'nycEmail'),
    relation: statedText(leaves, 'nycQuanHe'),
  });
}
