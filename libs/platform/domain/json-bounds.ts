const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `,`, `[` and `{`: what stands before a value. */
const OPENS_VALUE = new Set([0x2c, 0x5b, 0x7b]);

/** Whether a JSON text may hold more values than that, told without parsing it: an array of empty arrays takes some thirty times its bytes
 *  in memory. Strings are passed over as a whole, so that a message that is long for its files costs next to nothing. Text that is not JSON
 *  gets some answer; the parser refuses it. */
export function hasMoreValuesThan(text: Uint8Array, max: number): boolean {
  if (text.length <= max) return false;
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (OPENS_VALUE.has(byte)) {
      values += 1;
      if (values > max) return true;
    }
  }
  return false;
}

/** Index of the closing quote; -1 when there is none. */
function endOfString(text: Uint8Array, start: number): number {
  for (let at = text.indexOf(QUOTE, start + 1); at !== -1; at = text.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** Whether objects and arrays are inside each other more than so many times; a plain value has depth 0. The parser takes any depth; what
 *  walks a value afterwards (JSON.stringify, RFC 8785) runs out of stack. Walks without recursion. */
export function isDeeperThan(value: unknown, max: number): boolean {
  const stack: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { depth } = item;
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (depth >= max) return true;
    for (const child of Object.values(item.value)) {
      if (typeof child === 'object' && child !== null) stack.push({ value: child, depth: depth + 1 });
    }
  }
  return false;
}
