/** Characters that a terminal takes as orders, or that show a text otherwise than it is: control characters, line and paragraph separators, marks of
 *  direction, and what takes no room. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text of the evidence for a screen: it may hold anything. */
export function printable(text: string): string {
  return text.replaceAll(HIDDEN, '\ufffd');
}

/** JSON for a screen or a program: the same values, with escapes for what a screen must not get. */
export function printableJson(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n');
  const escaped = (hidden: string): string => `\\u${hidden.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return lines.map((line) => line.replaceAll(HIDDEN, escaped)).join('\n');
}
