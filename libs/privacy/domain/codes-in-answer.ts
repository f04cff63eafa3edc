/** What could be a code: no word of a base64 file has a hyphen in it. */
const MAYBE_CODE = /[A-Za-z0-9][A-Za-z0-9._/-]{5,63}/g;
const MAX_CODES = 5_000;

/** Texts in the raw bytes of an answer that could be codes of dossiers, whatever its format is (law 6: no name of a partner's field is known here). */
export function codesIn(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1');
  const found = new Set<string>();
  for (const [word] of text.matchAll(MAYBE_CODE)) {
    if (word.includes('-')) found.add(word);
    if (found.size >= MAX_CODES) break;
  }
  return [...found];
}
