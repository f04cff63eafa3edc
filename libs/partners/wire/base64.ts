/** Bytes of canonical base64 (standard alphabet, padded; line breaks as in MIME allowed); undefined for anything else or for nothing.
 *  Node's decoder skips what it does not know: a damaged file would pass as a shorter one. */
export function strictBase64(text: string): Buffer | undefined {
  const compact = /\s/.test(text) ? text.replace(/[\r\n\t ]+/g, '') : text;
  if (compact.length === 0 || compact.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  return bytes.toString('base64') === compact ? bytes : undefined;
}
