import { comparableText, isTooLongToRead, occurrences } from '#platform';
import type { UnreadText } from '../ports';

/** Stands where a value was that belongs to one dossier only. */
const BLANK = '#';

/** Longer texts are no message that a person could judge once for all. */
const MAX_TEXT_LENGTH = 1_000;

const PATTERNS: readonly RegExp[] = [
  // Trace ids and the like.
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gu,
  // Addresses; bounded, or a long word would be looked through from each of its letters to its end.
  /[^\s@<>"']{1,64}@[^\s@<>"']{1,255}/gu,
];

/** Codes, dates, times, identity and telephone numbers: a token with six digits or more. Shorter numbers stay, since they are words of
 *  the message ("0 bản ghi", "Trạng thái 3", an error number). */
const TOKEN = /[\p{L}\p{N}][\p{L}\p{N}._:/-]*/gu;
const MIN_DIGITS = 6;

/** A value that holds one of these stays: blanking it would make a failure and a success the same text. */
const WORDS_OF_FAILURE = ['không', 'chưa', 'lỗi', 'thất bại', 'từ chối'];

/**
 * The exact text by which a rule knows an answer: its message fields compared as everywhere (NFC, folded, white space collapsed), what was
 * echoed of our message and what identifies a dossier or a person blanked. Never a part of a text: a word of failure in another text
 * cannot be classified away (CONTRACTS §1.3).
 * Empty for messages that are too long to read.
 * @param known values of the message that was sent; each is blanked where it stands with borders
 */
export function replyText(unread: Pick<UnreadText, 'messages'>, known: readonly string[]): string {
  // No rule is made of it: the empty text is never storable.
  if (isTooLongToRead(unread.messages)) return '';
  const values = [...new Set(known.map(comparableText))]
    .filter((value) => !WORDS_OF_FAILURE.some((word) => occurrences(value, word).length > 0))
    .sort((left, right) => right.length - left.length);
  return unread.messages
    .map((message) => blankTokens(blankPatterns(blankValues(comparableText(message), values))))
    .map((text) => text.replace(/\s+/gu, ' ').trim())
    .filter((text) => text !== '')
    .join(' | ');
}

/** What tells one answer from another with the same words: HTTP status and the partner's own result code. */
export function replyCode(unread: Pick<UnreadText, 'code'>, httpStatus: number | undefined): string {
  return `${httpStatus ?? ''}/${unread.code}`;
}

/** True for a text that may stand in a rule: not empty, of a length that a person judges, and without a number that names a person. */
export function isStorableText(text: string): boolean {
  const words = text.replaceAll(BLANK, '').replaceAll('|', '').trim();
  return words !== '' && text.length <= MAX_TEXT_LENGTH && !/\d{6}/u.test(text);
}

function blankValues(text: string, values: readonly string[]): string {
  return values.reduce((left, value) => {
    const places = value === '' ? [] : occurrences(left, value);
    return places.reduceRight((rest, at) => `${rest.slice(0, at)}${BLANK}${rest.slice(at + value.length)}`, left);
  }, text);
}

function blankPatterns(text: string): string {
  return PATTERNS.reduce((left, pattern) => left.replace(pattern, BLANK), text);
}

function blankTokens(text: string): string {
  return text.replace(TOKEN, (token) => {
    const digits = token.match(/\p{N}/gu)?.length ?? 0;
    if (digits < MIN_DIGITS) return token;
    // A full stop or colon that ends a sentence is not part of the code before it.
    return `${BLANK}${/(?<![.:/-])[.:/-]+$/.exec(token)?.[0] ?? ''}`;
  });
}
