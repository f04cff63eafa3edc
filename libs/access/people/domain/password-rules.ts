/** Shortest password of an account with a second factor, and of one without (security level 3, TCVN 14423). */
const MIN_LENGTH = { withSecondFactor: 8, alone: 14 } as const;
/** scrypt takes any length; a request does not carry a book. */
const MAX_LENGTH = 128;

export type PasswordFault = 'too-short' | 'too-long' | 'is-username' | 'is-common' | 'is-same';

/** What everybody tries first, here and elsewhere; with letters alone, so that digits and signs around them do not help. */
const COMMON_WORDS = [
  'password',
  'matkhau',
  'admin',
  'administrator',
  'quantri',
  'lienthong',
  'motcua',
  'dichvucong',
  'vietnam',
  'hanoi',
  'qwerty',
  'qwertyuiop',
  'asdfghjkl',
  'iloveyou',
  'anhyeuem',
  'welcome',
  'letmein',
  'changeme',
  'abc',
  'abcd',
  'abcde',
  'abcdef',
  'abcdefgh',
];
const COMMON = new Set(COMMON_WORDS);
/** Runs that a keyboard or counting gives. */
const RUNS = [
  '01234567890123456789',
  '98765432109876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
];

/** The form in which user names are kept and compared. */
export function canonicalUsername(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

/** What is wrong with a new password; undefined when nothing is. Lengths count characters, not bytes.
 *  @param given `current`: the password that it replaces */
export function judgePassword(
  password: string,
  given: { username: string; hasSecondFactor: boolean; current?: string },
): PasswordFault | undefined {
  const length = [...password].length;
  if (length < (given.hasSecondFactor ? MIN_LENGTH.withSecondFactor : MIN_LENGTH.alone)) return 'too-short';
  if (length > MAX_LENGTH) return 'too-long';
  if (canonicalUsername(password).includes(given.username)) return 'is-username';
  if (isCommon(password)) return 'is-common';
  if (password === given.current) return 'is-same';
  return undefined;
}

function isCommon(password: string): boolean {
  const plain = plainOf(password);
  const letters = plain.replace(/[^a-z]/g, '');
  if (new Set(plain).size < 4) return true;
  if (RUNS.some((run) => run.includes(plain))) return true;
  return COMMON.has(letters) || (letters.length > 0 && COMMON.has(unrepeated(letters)));
}

/** Small letters without marks, the usual signs read as the letters that they stand for. */
function plainOf(password: string): string {
  const letters: Readonly<Record<string, string>> = { '@': 'a', $: 's', đ: 'd', Đ: 'd' };
  return password
    .replace(/[@$đĐ]/g, (sign) => letters[sign])
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
}

/** `abcabc` → `abc`. */
function unrepeated(text: string): string {
  const at = (text + text).indexOf(text, 1);
  return text.slice(0, at);
}
