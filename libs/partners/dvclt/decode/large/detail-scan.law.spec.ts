import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { DecodeResult } from '#intake';
import { lawRun } from '#testing';
import { decodeInPieces } from '../../../testing/decode-in-pieces';
import { BIRTH_LEAVES, sampleDetail, SAMPLE_FILES } from '../../../testing/sample-detail';
import { decodeDetail } from '../decode-detail';
import { PART_BYTES } from './base64-file';

const MAX_FILES = 20;

/** Bytes by their digest: comparing megabytes one by one takes minutes. */
function comparable(result: DecodeResult): object {
  const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const stages = result.stages.map(({ stage, bytes }) => ({ stage, text: bytes?.toString('utf8') }));
  if ('failure' in result) return { stages, failure: result.failure };
  const attachments = result.dossier.attachments.map(({ bytes, ...file }) => ({
    ...file,
    digest: bytes === undefined ? null : digestOf(bytes),
  }));
  return { stages, dossier: { ...result.dossier, attachments } };
}

/** What the small path says of the same bytes is the law for the large one. */
function expectSame(raw: Buffer, pieceBytes: number): void {
  expect(comparable(decodeInPieces(raw, MAX_FILES, pieceBytes))).toEqual(comparable(decodeDetail(raw, MAX_FILES)));
}

const pieceBytes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5_000 }));
/** JSON allows each character to be written as an escape, and DVCLT's own encoder may do so. */
const escapedAnyhow = (json: string): string =>
  json.replace(/[^\x20-\x7e]|[/<+]/g, (char) =>
    char === '/' ? '\\/' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const WORDS = [
  'data',
  'fileDinhKem',
  'duLieuTepDinhKem',
  'maHoSo',
  'd\\u0061ta',
  '[]',
  'data.data',
  '\\ud83d',
  '\\ude00',
  '\\u12',
  '\\q',
  '\\',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '=',
  'null',
  '1e400',
  '\ufeff',
];

describe('a large detail is understood as a small one', () => {
  it.each([
    ['a file of exactly one part', [PART_BYTES]],
    ['a file of a part and one byte', [PART_BYTES + 1]],
    ['files around the size that is kept in memory', [65_535, 65_536, 65_537]],
    ['several large files, the last one small', [3 * PART_BYTES, 700_001, 100_000, 3]],
  ])('%s', (_name, sizes) => {
    const files = sizes.map((size, id) => ({
      id,
      huyGiayTo: id % 2,
      tenTepDinhKem: `mau-${id}.pdf`,
      duLieuTepDinhKem: Buffer.alloc(size, `%PDF-${id} mẫu`).toString('base64'),
    }));
    for (const raw of [sampleDetail({ files }), sampleDetail({ files: [], outerFiles: files })])
      for (const size of [65_536, 1_000_003]) expectSame(raw, size);
  });

  it.each([
    ['members in another order, files before the data', (text: string) => text],
    ['every letter that may be escaped is escaped, in each layer', escapedAnyhow],
    ['white space wherever it may be', (text: string) => JSON.stringify(JSON.parse(text), null, 3)],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
  ])('%s', (_name, rewrite) => {
    const inner = rewrite(
      JSON.stringify({
        fileDinhKem: SAMPLE_FILES,
        data: `<hoSo><hoTich>${Object.entries(BIRTH_LEAVES)
          .map(([name, leaf]) => `<${name}>${leaf}</${name}>`)
          .join('')}</hoTich></hoSo>`,
      }),
    );
    const outer = {
      fileDinhKem: SAMPLE_FILES,
      data: inner,
      maHoSo: 'G22.99.08-260301-0007',
      maDonVi: 123,
      maTTHC: '2.000986',
      module: 'KS',
      ngayTiepNhan: '02/03/2026 08:00:00',
    };
    const raw = Buffer.from(rewrite(JSON.stringify({ data: outer })), 'utf8');
    expect('dossier' in decodeDetail(raw, MAX_FILES)).toBe(true);
    for (const size of [1, 2, 3, 100]) expectSame(raw, size);
  });

  it.each([
    ['the data', '"data":"{}"', '"data":'],
    ['the files', '"fileDinhKem":[{"id":9,"duLieuTepDinhKem":"QUJD"}]', '"fileDinhKem":[{"id":9'],
  ])('of %s that come twice the last ones count', (_name, first, before) => {
    const raw = sampleDetail({ outerFiles: SAMPLE_FILES }).toString('utf8');
    const twice = raw.replace('{"id":"7001"', `{${first},"id":"7001"`);
    expect(twice).toContain(before);
    for (const size of [1, 50, 10_000]) expectSame(Buffer.from(twice, 'utf8'), size);
    const inString = raw.replace('{\\"maHoSo\\"', `{${JSON.stringify(first).slice(1, -1)},\\"maHoSo\\"`);
    for (const size of [1, 50, 10_000]) expectSame(Buffer.from(inString, 'utf8'), size);
  });

  it.each([
    '',
    'QQ',
    'QQ=',
    'QQ==',
    'QQ===',
    'QR==',
    'QUI=',
    'QUJ=',
    'QUJD',
    'QUJDRA==',
    'QQ==QUJD',
    '=QQQ',
    '====',
    'QU\nJD\r\n',
    ' ',
    'QU-_',
    'QUJD\u00a0',
    'QUJ',
    'QQ=Q',
    'Q===',
    'QUI==',
  ])('the same texts are base64: %j', (duLieuTepDinhKem) => {
    for (const huyGiayTo of [0, 1]) {
      const raw = sampleDetail({ files: [{ id: 1, huyGiayTo, duLieuTepDinhKem }] });
      for (const size of [1, 3, 1_000]) expectSame(raw, size);
    }
  });

  it('whatever is changed in the bytes, cut or put into them, wherever the pieces end', () => {
    const whole = sampleDetail({ outerFiles: SAMPLE_FILES });
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      kind: fc.constantFrom('set', 'cut', 'insert', 'insert'),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 3 }),
        fc.constantFrom(...WORDS).map((word) => new Uint8Array(Buffer.from(word, 'utf8'))),
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), pieceBytes, (changes, size) => {
        let bytes = whole;
        for (const { at, kind, bytes: given } of changes) {
          const place = Math.min(at, bytes.length);
          const rest = bytes.subarray(kind === 'set' ? place + given.length : place);
          bytes = kind === 'cut' ? bytes.subarray(0, place) : Buffer.concat([bytes.subarray(0, place), given, rest]);
        }
        expectSame(bytes, size);
      }),
      lawRun(1_000, 50_000),
    );
  });

  it('whatever JSON stands in any member of either layer', () => {
    const member = fc.constantFrom(
      'maDonVi',
      'maTTHC',
      'module',
      'maHoSo',
      'ngayTiepNhan',
      'data',
      'fileDinhKem',
      '[]',
      'data.data',
    );
    const file = fc.dictionary(
      fc.constantFrom('id', 'huyGiayTo', 'duLieuTepDinhKem', 'tenGiayTo'),
      fc.oneof(fc.jsonValue(), fc.base64String()),
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.array(file),
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      fc.dictionary(member, fc.oneof(fc.jsonValue(), fc.array(file))),
    );
    fc.assert(
      fc.property(fc.dictionary(member, value), fc.dictionary(member, value), pieceBytes, (outer, inner, size) => {
        expectSame(sampleDetail({ outer, inner }), size);
      }),
      lawRun(100, 10_000),
    );
  });
});

describe('limits of a large detail', () => {
  const decode = (raw: Buffer): object => decodeInPieces(raw, MAX_FILES, 65_536);
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each([
    ['an outer layer nested too deep', `{"x":${deep(200)},"data":{}}`, 'outer-json', 'outer.too-deep'],
    [
      'an inner layer nested too deep',
      JSON.stringify({ data: { data: `{"x":${deep(200)}}` } }),
      'inner-json',
      'inner.too-deep',
    ],
    [
      'an outer layer too large without its files',
      JSON.stringify({ data: { x: 'x'.repeat(5_000_000) } }),
      'outer-json',
      'outer.too-large',
    ],
    [
      'an inner layer too large without its files',
      JSON.stringify({ data: { data: JSON.stringify({ x: 'x'.repeat(5_000_000) }) } }),
      'inner-json',
      'inner.too-large',
    ],
    [
      'a declaration that is too long',
      sampleDetail({ xml: `<a><hoTich><b>${'x'.repeat(1_000_001)}</b></hoTich></a>` }).toString('utf8'),
      'xml',
      'xml.too-long',
    ],
  ])('%s', (_name, text, stage, code) => {
    expect(decode(Buffer.from(text, 'utf8'))).toMatchObject({ failure: { stage, code, responsible: 'dvclt' } });
  });
});
