const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Whether an object of a JSON text names a member twice. Parsers differ in which one they take, so that two readers of one text may see
 *  two contents; RFC 8785 (through RFC 7493 §2.3) allows none. Strings are passed over as a whole: a file in a message costs nothing.
 *  @param text JSON that a parser has accepted */
export function hasRepeatedMember(text: Buffer): boolean {
  const containers: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === OPEN_OBJECT) containers.push(new Set());
    else if (byte === OPEN_ARRAY) containers.push(null);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) containers.pop();
    else if (byte === QUOTE) {
      const end = endOfString(text, at);
      if (isNamed(text, end) && isSecond(containers.at(-1), text.subarray(at, end + 1))) return true;
      at = end;
    }
  }
  return false;
}

/** Whether a colon follows: then the string is a member's name. */
function isNamed(text: Buffer, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text[at] <= 0x20) at += 1;
  return text[at] === COLON;
}

/** Names that are escaped differently are one name. */
function isSecond(names: Set<string> | null | undefined, quoted: Buffer): boolean {
  const name = JSON.parse(quoted.toString('utf8')) as string;
  if (!names || !names.has(name)) {
    names?.add(name);
    return false;
  }
  return true;
}

function endOfString(text: Buffer, start: number): number {
  for (let at = text.indexOf(QUOTE, start + 1); at !== -1; at = text.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}
