import { PDFDocument, PDFName, StandardFonts } from 'pdf-lib';

const PLACEHOLDER = '000000000000';

/**
 * Sample papers, marked as without value. The page is made once and left uncompressed, so that another paper costs a copy
 * and twelve digits. The standard font has no Vietnamese letters: the mark is printed without its accents and stands
 * with them in the title.
 */
export class SamplePdf {
  private constructor(
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
    const template = Buffer.from(await document.save({ useObjectStreams: false }));
    return new SamplePdf(template, template.indexOf(`(${PLACEHOLDER})`) + 1);
  }

  /**
   * Base64 of a paper with this number (at most 12 digits).
   * @param minBytes padded behind the end mark to at least this size
   */
  base64(serial: number, minBytes = 0): string {
    const bytes = Buffer.alloc(Math.max(this.template.length, minBytes), ' ');
    this.template.copy(bytes);
    bytes.write(String(serial).padStart(12, '0'), this.numberAt, 'latin1');
    return bytes.toString('base64');
  }
}
