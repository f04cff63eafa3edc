import type { BodyFile, LargeBody } from '#delivery';
import { MessageFiles } from './message-files';

const FILES: Readonly<Record<string, Buffer>> = {
  small: Buffer.from('%PDF-small'),
  large: Buffer.alloc(70_001, '%PDF-large '),
  larger: Buffer.alloc(200_000, '%PDF-larger'),
};

describe('the files of a message', () => {
  const opened: string[] = [];
  const payloads = {
    file: async (ref: string) => {
      opened.push(ref);
      return FILES[ref];
    },
    largeBody: (parts: LargeBody['parts']): LargeBody => ({
      parts,
      sizeBytes: 0,
      open: () => (async function* () {})(),
    }),
  };
  /** The message as it will be on the wire. */
  const textOf = (body: Buffer | LargeBody): string =>
    Buffer.isBuffer(body)
      ? body.toString('utf8')
      : body.parts.map((part) => (typeof part === 'string' ? part : FILES[part.ref].toString('base64'))).join('');

  beforeEach(() => opened.splice(0));

  it('stand in the message itself when they are small', async () => {
    const files = new MessageFiles(payloads);
    const message = { ten: 'Giấy mẫu', tep: await files.base64('small', 10) };
    const body = files.body(message);
    expect(Buffer.isBuffer(body)).toBe(true);
    expect(JSON.parse(textOf(body))).toEqual({ ten: 'Giấy mẫu', tep: FILES['small'].toString('base64') });
  });

  it('are named and not opened when they are known to be large; the body is the same bytes as if they stood in it', async () => {
    const files = new MessageFiles(payloads);
    const refs = ['large', 'small', 'larger', 'large'];
    const given: string[] = [];
    for (const ref of refs) given.push(await files.base64(ref, FILES[ref].length));
    expect(opened).toEqual(['small']);
    const body = files.body({ ten: 'Giấy "mẫu"', tep: given, cuoi: undefined });
    const whole = JSON.stringify({ ten: 'Giấy "mẫu"', tep: refs.map((ref) => FILES[ref].toString('base64')) });
    expect(textOf(body)).toBe(whole);
    expect((body as LargeBody).parts.filter((part): part is BodyFile => typeof part !== 'string')).toEqual([
      { ref: 'large', sizeBytes: 70_001 },
      { ref: 'larger', sizeBytes: 200_000 },
      { ref: 'large', sizeBytes: 70_001 },
    ]);
  });

  it('keep their place in JSON that is text inside JSON, as in ketQuaXuLy [Q08]', async () => {
    const files = new MessageFiles(payloads);
    const giayKhaiSinh = await files.base64('large');
    const body = files.body({ trangThai: 4, ketQuaXuLy: JSON.stringify({ soDangKy: '1', giayKhaiSinh }) });
    expect(Buffer.isBuffer(body)).toBe(false);
    const sent = JSON.parse(textOf(body)) as { ketQuaXuLy: string };
    expect(JSON.parse(sent.ketQuaXuLy)).toEqual({ soDangKy: '1', giayKhaiSinh: FILES['large'].toString('base64') });
  });

  it('cannot be named by a text of the message', async () => {
    const one = new MessageFiles(payloads);
    const mark = await one.base64('large');
    const other = new MessageFiles(payloads);
    const body = other.body({ ten: mark, tep: await other.base64('larger') });
    expect(JSON.parse(textOf(body))).toEqual({ ten: mark, tep: FILES['larger'].toString('base64') });
  });
});
