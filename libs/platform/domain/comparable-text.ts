/** A letter has a few marks at most; Unicode's own limit for text that passes through is thirty (UAX #15, Stream-Safe). Putting a longer run
 *  in order takes time by the square of its length: a hundred thousand marks in one field would hold up the process for a minute. */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

/** NFC of a text from outside, in time by its length; marks beyond the thirtieth in a row are left out. */
export function composedText(text: string): string {
  return text.replace(TOO_MANY_MARKS, '$1').normalize('NFC');
}

/** Text as it is compared with a partner's phrases: NFC, case-folded, white space collapsed (CONTRACTS §1.3, quirk Q44). */
export function comparableText(text: string): string {
  return composedText(text).toLowerCase().normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** The longest honest message is a list of complaints, a few thousand characters. */
const MAX_MESSAGE_CHARACTERS = 65_536;

/** Whether the messages of an answer are together more than anybody would look for phrases in. */
export function isTooLongToRead(messages: readonly string[]): boolean {
  let characters = 0;
  // An empty one costs something too.
  for (const { length } of messages) characters += length + 1;
  return characters > MAX_MESSAGE_CHARACTERS;
}

const WORD_CHARACTER = /[\p{L}\p{N}]/u;

function isBorder(before: string | undefined, after: string | undefined): boolean {
  return !(before !== undefined && WORD_CHARACTER.test(before)) && !(after !== undefined && WORD_CHARACTER.test(after));
}

/** The character that ends at (before) or starts at (from) an index, surrogate pairs whole. */
function characterBefore(text: string, index: number): string | undefined {
  return index === 0 ? undefined : [...text.slice(Math.max(0, index - 2), index)].at(-1);
}
function characterFrom(text: string, index: number): string | undefined {
  return index >= text.length ? undefined : [...text.slice(index, index + 2)][0];
}

/** Start indexes of a phrase that stands with borders (no letter, no digit beside it). Both texts are comparable already. */
export function occurrences(text: string, phrase: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(phrase); at !== -1; at = text.indexOf(phrase, at + 1)) {
    if (isBorder(characterBefore(text, at), characterFrom(text, at + phrase.length))) found.push(at);
  }
  return found;
}
