import type { PersonSummary, RequesterSummary } from '#dossier';
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
    birthDate: filledText(leaves[`${prefix}NgaySinh`]),
  });
}

/** Who filed the dossier. @throws Undecodable when the name is missing */
export function requesterOf(leaves: Leaves): RequesterSummary {
  return filled<RequesterSummary>({
    name: requiredName(leaves, 'nycHoTen'),
    identityNumber: identityNumberOf(leaves, 'nyc'),
    phone: filledText(leaves['nycSoDienThoai']),
    email: filledText(leaves['nycEmail']),
    relation: filledText(leaves['nycQuanHe']),
  });
}
