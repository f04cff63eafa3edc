import { createHash } from 'node:crypto';
import { SeededRandom } from './seeded-random';
import { BodyReader } from './body-reader';
import { isBase64, isPdfBase64 } from './fields';
import { fileFactsOf, readFileMark } from './file-mark';

const random = new SeededRandom(8);
const file = Buffer.from(`%PDF-1.7 ${'mẫu '.repeat(60_000)}`);
const base64 = file.toString('base64');
const sha256 = createHash('sha256').update(file).digest('hex');
const nested = JSON.stringify({ ten: 'Giấy tờ', ketQua: JSON.stringify({ giayKhaiSinh: base64, ghiChu: 'Đã ký' }) });

/** Reads the text in portions of random size. */
function read(text: string): { text: string; bytes: number } {
  const body = new BodyReader();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    const portion = random.integer(1, 80_000);
    body.take(bytes.subarray(at, at + portion));
    at += portion;
  }
  return { text: body.text(), bytes: body.bytes };
}

describe('the body of a request', () => {
  it('is kept as it came where it is small', () => {
    const text = JSON.stringify({ tep: 'A'.repeat(100_000), ten: 'Giấy tờ mẫu' });
    expect(read(text)).toEqual({ text, bytes: Buffer.byteLength(text) });
  });

  it.each(Array.from({ length: 8 }, (_, index) => index))(
    'keeps all but its files where it is large, cut anyhow (%i)',
    () => {
      const { text, bytes } = read(nested);
      expect(bytes).toBe(Buffer.byteLength(nested));
      expect(text.length).toBeLessThan(500);
      const inner = JSON.parse((JSON.parse(text) as { ketQua: string }).ketQua) as Record<string, string>;
      expect(inner['ghiChu']).toBe('Đã ký');
      expect(readFileMark(inner['giayKhaiSinh'])).toEqual({ bytes: file.length, sha256, head: 'JVBERi' });
      expect([isBase64(inner['giayKhaiSinh']), isPdfBase64(inner['giayKhaiSinh'])]).toEqual([true, true]);
      expect(fileFactsOf(inner['giayKhaiSinh'])).toEqual(fileFactsOf(base64));
    },
  );

  it('keeps text without files, whatever its size', () => {
    const text = JSON.stringify({ dong: Array.from({ length: 40_000 }, (_, index) => `dòng ${index}`) });
    expect(read(text).text).toBe(text);
  });

  it.each(['A', 'AA', 'AAA', '=', '=AAA', 'A==='])('marks a file that ends in "%s" as none', (tail) => {
    const { text } = read(JSON.stringify({ tep: base64.replaceAll('=', 'A') + tail, dem: '' }));
    const { tep } = JSON.parse(text) as { tep: string };
    expect([tep.length < 200, isBase64(tep)]).toEqual([true, false]);
  });

  it.each([1, 2])('takes %i sign of padding at the very end', (padding) => {
    const exact = Buffer.alloc(300_000 - padding, 7).toString('base64');
    const { tep } = JSON.parse(read(JSON.stringify({ tep: exact })).text) as { tep: string };
    expect(readFileMark(tep)?.bytes).toBe(300_000 - padding);
  });

  it('is refused above what ten large files need', () => {
    const body = new BodyReader();
    const portion = Buffer.alloc(1024 * 1024, 'A');
    expect(() => {
      for (let count = 0; count < 201; count += 1) body.take(portion);
    }).toThrow('larger');
  });
});
