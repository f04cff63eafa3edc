import { randomUUID } from 'node:crypto';
import type { BodyFile, LargeBody, PayloadReader } from '#delivery';
import { jsonBody } from './json-body';

/** A larger file is not put into the message but named in it, and read out of the vault while the message is sent. Bytes. */
const LARGE_FILE_BYTES = 65_536;

/** The files of one message that is being rendered, in base64. For a large one a mark stands in the message, also where the message is
 *  JSON as text inside JSON (Q08): base64 needs no escaping in either. */
export class MessageFiles {
  private readonly large = new Map<string, BodyFile>();
  /** Nobody outside knows it: no text of a citizen can be taken for a mark. */
  private readonly secret = randomUUID();

  constructor(private readonly payloads: Pick<PayloadReader, 'file' | 'largeBody'>) {}

  /** Base64 of a file, or the mark of a large one. @param sizeBytes where it is known: a large file is then not opened */
  async base64(ref: string, sizeBytes?: number): Promise<string> {
    if (sizeBytes !== undefined && sizeBytes > LARGE_FILE_BYTES) return this.markOf({ ref, sizeBytes });
    const bytes = await this.payloads.file(ref);
    return bytes.length > LARGE_FILE_BYTES ? this.markOf({ ref, sizeBytes: bytes.length }) : bytes.toString('base64');
  }

  /** The message as UTF-8 JSON. Undefined members are left out. */
  body(message: object): Buffer | LargeBody {
    return this.large.size === 0 ? jsonBody(message) : this.payloads.largeBody(this.partsOf(JSON.stringify(message)));
  }

  private markOf(file: BodyFile): string {
    const mark = `${this.secret}.${this.large.size}.`;
    this.large.set(mark, file);
    return mark;
  }

  private partsOf(text: string): (string | BodyFile)[] {
    return text
      .split(new RegExp(`(${this.secret}\\.\\d+\\.)`))
      .filter((part) => part !== '')
      .map((part) => this.large.get(part) ?? part);
  }
}
