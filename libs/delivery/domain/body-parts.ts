import type { BodyFile, LargeBody, RenderedContent } from '../ports';

type Parts = LargeBody['parts'];

/** Bytes of a body of these parts on the wire. */
export function sizeOfParts(parts: Parts): number {
  return parts.reduce(
    (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : base64Length(part)),
    0,
  );
}

function base64Length({ sizeBytes }: BodyFile): number {
  return Math.ceil(sizeBytes / 3) * 4;
}

/** What is kept of a body: its bytes, or the list of its parts. A message is a JSON object and begins with a brace, a list of parts with
 *  a bracket. */
export function keptBytes(body: RenderedContent['body']): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body.parts), 'utf8');
}

/** The parts that were kept; undefined for a body that was kept whole. */
export function keptParts(bytes: Buffer): Parts | undefined {
  return bytes[0] === 0x5b ? (JSON.parse(bytes.toString('utf8')) as Parts) : undefined;
}

/** A body as text; large files are left out of it. */
export function bodyText(body: RenderedContent['body']): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : body.parts.filter((part) => typeof part === 'string').join('');
}
