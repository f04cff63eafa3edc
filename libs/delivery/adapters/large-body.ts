import type { Vault } from '#access';
import { AppError } from '#platform';
import { sizeOfParts } from '../domain/body-parts';
import type { BodyFile, LargeBody } from '../ports';

type Files = Pick<Vault, 'openStream'>;

/** A body whose large files are read out of the vault while it is sent. */
export function createLargeBody(parts: LargeBody['parts'], vault: Files): LargeBody {
  return { parts, sizeBytes: sizeOfParts(parts), open: () => bytesOf(parts, vault) };
}

async function* bytesOf(parts: LargeBody['parts'], vault: Files): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part, 'utf8');
    else yield* base64Of(part, vault);
  }
}

/** Three bytes are four characters: what a piece leaves over begins the next. */
async function* base64Of({ ref, sizeBytes }: BodyFile, vault: Files): AsyncGenerator<Buffer> {
  const reading = await vault.openStream(ref);
  if (reading.sizeBytes !== sizeBytes)
    throw new AppError({
      code: 'content.file-size',
      disposition: 'bug',
      detail: 'a file has another size than its place',
    });
  let left: Buffer = Buffer.alloc(0);
  for await (const piece of reading.chunks()) {
    const bytes = left.length === 0 ? piece : Buffer.concat([left, piece]);
    const end = bytes.length - (bytes.length % 3);
    if (end > 0) yield Buffer.from(bytes.toString('base64', 0, end), 'latin1');
    left = bytes.subarray(end);
  }
  if (left.length > 0) yield Buffer.from(left.toString('base64'), 'latin1');
}
