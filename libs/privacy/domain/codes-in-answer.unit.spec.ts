import { codesIn } from './codes-in-answer';

describe('codes in a raw answer', () => {
  it.each([
    ['JSON', '{"data":[{"soHoSo":"H99.101-260302-000001","file":"JVBERi0xLjQKJeLjz9MKMSAwIG9iago8PC+/AB=="}]}'],
    ['XML', '<r><c>H99.101-260302-000001</c><n>Đặng Thị Mẫu</n></r>'],
    ['something that nobody can read', '\u0000\u00ff H99.101-260302-000001,,'],
  ])('are found in %s', (_what, text) => {
    expect(codesIn(Buffer.from(text))).toEqual(['H99.101-260302-000001']);
  });

  it('are none in the bytes of a file', () => {
    expect(codesIn(Buffer.from(Buffer.alloc(100_000, 7).toString('base64')))).toEqual([]);
  });
});
