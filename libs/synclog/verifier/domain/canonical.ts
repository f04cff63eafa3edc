/** A backslash escape of half a surrogate pair: a text that has no UTF-8 form, and so no canonical one. */
const HALF_PAIR = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** RFC 8785 form of a value that JSON.parse gave. JavaScript writes numbers and strings as that form wants them. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join(',')}}`;
}

/** Whether the text is the RFC 8785 form of the value that it gave. */
export function isCanonical(text: string, value: unknown): boolean {
  if (text.includes('\\ud') && HALF_PAIR.test(text)) return false;
  // The engine's own writer is fast and keeps the order of the text, so that only that is left to look at.
  return JSON.stringify(value) === text
    ? isSorted(value) || canonicalText(value) === text
    : canonicalText(value) === text;
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let before = '';
  for (const name in value) {
    if (name < before || !isSorted((value as Record<string, unknown>)[name])) return false;
    before = name;
  }
  return true;
}
