import { createHash } from 'node:crypto';
import { PDFDocument, PDFName, StandardFonts } from 'pdf-lib';
import { SeededRandom } from '../server/seeded-random';

const PLACEHOLDER = '000000000000';
/** A multiple of 3: the base64 of a block joins the next without padding. */
const BLOCK_BYTES = 49_152;
const BLOCK_HEAD_BYTES = 24;
const BLOCK_HEAD_CHARS = 32;

/**
 * Sample papers, marked as without value. The page is made once and left uncompressed, so that another paper costs a copy
 * and twelve digits. The standard font has no Vietnamese letters: the mark is printed without its accents and stands
 * with them in the title. Large papers are the page and numbered blocks behind its end mark; of the blocks one copy is kept.
 */
export class SamplePdf {
  private readonly block = fillerBlock();
  private readonly blockBase64 = Buffer.from(this.block.toString('base64'), 'latin1');

  private constructor(
    /** Padded to a multiple of 3. */
    private readonly template: Buffer,
    private readonly numberAt: number,
  ) {}

  static async create(): Promise<SamplePdf> {
    const document = await PDFDocument.create();
    document.setTitle('MẪU - KHÔNG CÓ GIÁ TRỊ');
    const font = await document.embedFont(StandardFonts.Helvetica);
    const page = document.addPage([420, 298]);
    page.node.setFontDictionary(PDFName.of('F1'), font.ref);
    const drawing = `BT /F1 16 Tf 60 180 Td (MAU - KHONG CO GIA TRI) Tj 0 -30 Td (${PLACEHOLDER}) Tj ET`;
    page.node.set(PDFName.of('Contents'), document.context.register(document.context.stream(drawing)));
    const bytes = Buffer.from(await document.save({ useObjectStreams: false }));
    const template = Buffer.concat([bytes, Buffer.alloc((3 - (bytes.length % 3)) % 3, '\n')]);
    return new SamplePdf(template, template.indexOf(`(${PLACEHOLDER})`) + 1);
  }

  /** Size of a paper that is to have at least `minBytes`. */
  byteLength(minBytes = 0): number {
    return Math.max(this.template.length, minBytes);
  }

  base64Length(minBytes = 0): number {
    return Math.ceil(this.byteLength(minBytes) / 3) * 4;
  }

  /** Base64 of the paper with this number (at most 12 digits), in pieces of at most 64 kB. */
  *base64Pieces(serial: number, minBytes = 0): Generator<string | Buffer> {
    yield this.page(serial).toString('base64');
    let left = this.byteLength(minBytes) - this.template.length;
    for (let number = 0; left > 0; number += 1) {
      const head = blockHead(serial, number);
      if (left >= BLOCK_BYTES) {
        yield head.toString('base64');
        yield this.blockBase64.subarray(BLOCK_HEAD_CHARS);
      } else {
        yield this.blockBytes(head, left).toString('base64');
      }
      left -= BLOCK_BYTES;
    }
  }

  base64(serial: number, minBytes = 0): string {
    return [...this.base64Pieces(serial, minBytes)].join('');
  }

  /** SHA-256 of the paper's bytes, hexadecimal. */
  sha256(serial: number, minBytes = 0): string {
    const hash = createHash('sha256').update(this.page(serial));
    let left = this.byteLength(minBytes) - this.template.length;
    for (let number = 0; left > 0; number += 1) {
      hash.update(this.blockBytes(blockHead(serial, number), Math.min(left, BLOCK_BYTES)));
      left -= BLOCK_BYTES;
    }
    return hash.digest('hex');
  }

  private page(serial: number): Buffer {
    const bytes = Buffer.from(this.template);
    bytes.write(String(serial).padStart(PLACEHOLDER.length, '0'), this.numberAt, 'latin1');
    return bytes;
  }

  private blockBytes(head: Buffer, length: number): Buffer {
    return Buffer.concat([head, this.block.subarray(BLOCK_HEAD_BYTES)]).subarray(0, length);
  }
}

/** Names paper and block, so that no two blocks of a paper are the same and a lost or exchanged one shows. */
function blockHead(serial: number, number: number): Buffer {
  return Buffer.from(`%${String(serial).padStart(11, '0')}${String(number).padStart(11, '0')}\n`, 'latin1');
}

function fillerBlock(): Buffer {
  const random = new SeededRandom(1);
  const bytes = Buffer.alloc(BLOCK_BYTES);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = random.integer(33, 126);
  return bytes;
}
