/** Text as it is compared with a partner's phrases: NFC, case-folded, white space collapsed (CONTRACTS §1.3, quirk Q44). */
export function comparableText(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC').replace(/\s+/gu, ' ').trim();
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
