import fc from 'fast-check';
import { isStorableText, replyText } from './reply-text';

const text = (message: string, known: readonly string[] = []): string => replyText({ messages: [message] }, known);

describe('the exact text of a reply rule', () => {
  it.each([
    ['case and composition', 'HỆ THỐNG Đang Bảo Trì'.normalize('NFD'), 'hệ thống đang bảo trì'],
    ['white space', 'Hệ thống\u00a0 đang\nbảo trì ', 'hệ thống đang bảo trì'],
    ['dossier codes', 'Hồ sơ G22.99.08-260302-000007 đang khoá', 'hồ sơ # đang khoá'],
    ['one-stop codes', 'H99.101-260302-0001: đang khoá', '#: đang khoá'],
    ['identity and telephone numbers', 'Số 999085000001, 0999000001 đang khoá', 'số #, # đang khoá'],
    ['dates and times', 'Khoá đến 02/03/2026 10:15:00', 'khoá đến # #'],
    ['trace ids', 'mã 0199a1b2-aaaa-7bbb-8ccc-00000000000f', 'mã #'],
    ['addresses of e-mail', 'gửi tới mau@example.test nhé', 'gửi tới # nhé'],
  ])('does not depend on %s [Q44]', (_name, message, expected) => {
    expect(text(message)).toBe(expected);
  });

  it.each([
    ['one long word', 'a'.repeat(60_000)],
    ['addresses', 'a.a@'.repeat(15_000)],
    ['codes that end in dots', '1111111......'.repeat(4_600)],
    ['marks on one letter', '\u0301\u0323'.repeat(30_000)],
    ['an echo again and again', 'Nguyễn Văn Mẫu, '.repeat(4_000)],
  ])('takes time by the length of the message: %s', (_name, message) => {
    const before = process.cpuUsage();
    expect(text(message, ['Nguyễn Văn Mẫu', 'Thôn Một'])).not.toContain('nguyễn văn mẫu');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });

  it('makes no rule of messages that nobody would read', () => {
    expect(isStorableText(text('a '.repeat(40_000)))).toBe(false);
    expect(isStorableText(replyText({ messages: Array.from({ length: 70_000 }, () => 'a') }, []))).toBe(false);
  });

  it('keeps short numbers: they are words of the message', () => {
    expect(text('Thành công: 0 bản ghi')).not.toBe(text('Thành công: 10 bản ghi'));
    expect(text('Trạng thái 3 chưa xong')).not.toBe(text('Trạng thái 7 chưa xong'));
    expect(text('Mã lỗi 1001')).not.toBe(text('Mã lỗi 1002'));
  });

  it('blanks what was echoed of the message, whole and with borders only', () => {
    const known = ['Nguyễn Văn Mẫu', 'Thôn Một, Xã Mẫu'];
    expect(text('Người dân NGUYỄN VĂN MẪU ở thôn một, xã mẫu bị khoá', known)).toBe('người dân # ở # bị khoá');
    expect(text('nguyễn văn mẫux bị khoá', known)).toBe('nguyễn văn mẫux bị khoá');
  });

  it('never blanks a word of failure, whoever wrote it into the message', () => {
    expect(text('Cập nhật không thành công', ['không thành công'])).toBe('cập nhật không thành công');
  });

  it('takes several fields as one text in their order', () => {
    expect(replyText({ messages: ['Một', '', 'Hai'] }, [])).toBe('một | hai');
  });

  it.each([
    ['hệ thống đang bảo trì', true],
    ['# | #', false],
    ['', false],
    ['x'.repeat(1_001), false],
  ])('storable %j: %s', (given, isStorable) => {
    expect(isStorableText(given)).toBe(isStorable);
  });

  it('two texts that differ in a word of failure are never the same rule', () => {
    const words = fc.constantFrom('hồ sơ', 'cập nhật', 'thành công', 'G22.99.08-260302-000007', 'Nguyễn Văn Mẫu', '12');
    const sentence = fc.array(words, { minLength: 1, maxLength: 6 });
    const veto = fc.constantFrom('không', 'chưa', 'lỗi', 'thất bại', 'từ chối');
    const known = fc.array(fc.constantFrom('Nguyễn Văn Mẫu', 'hồ sơ cập nhật', 'không thành công', 'chưa rõ'));
    const texts = fc.record({ parts: sentence, word: veto, at: fc.nat(6), here: known, there: known });
    fc.assert(
      fc.property(texts, ({ parts, word, at, here, there }) => {
        const failed = [...parts.slice(0, at), word, ...parts.slice(at)].join(' ');
        return text(failed, here) !== text(parts.join(' '), there);
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds no long number, whatever was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789 .-/aạ') }), (given) => !/\d{6}/u.test(text(given))),
    );
  });
});
