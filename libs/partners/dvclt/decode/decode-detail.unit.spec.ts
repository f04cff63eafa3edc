import fc from 'fast-check';
import type { DecodedDossier, DecodeFailure, DecodeResult } from '#intake';
import {
  BIRTH_LEAVES,
  DEATH_LEAVES,
  declarationXml,
  sampleDetail,
  SAMPLE_FILES,
  type DetailParts,
} from '../../testing/sample-detail';
import { decodeInPieces } from '../../testing/decode-in-pieces';
import { decodeDetail } from './decode-detail';

function understood(result: DecodeResult): DecodedDossier {
  if ('failure' in result) throw new Error(`not understood: ${result.failure.code}`);
  return result.dossier;
}
function refused(result: DecodeResult): DecodeFailure {
  if ('dossier' in result) throw new Error('understood');
  return result.failure;
}

/** The two ways of a message: whole in one tick, and in pieces as a large one comes. One table holds for both. */
const WAYS: readonly [string, (raw: Buffer) => DecodeResult][] = [
  ['whole', (raw) => decodeDetail(raw, 200)],
  ['in one piece', (raw) => decodeInPieces(raw, 200, raw.length)],
  ['byte by byte', (raw) => decodeInPieces(raw, 200, 1)],
  ['in pieces of seven bytes', (raw) => decodeInPieces(raw, 200, 7)],
];

describe.each(WAYS)('decoding of a DVCLT detail, %s', (_way, decodeRaw) => {
  const decode = (parts: DetailParts = {}): DecodeResult => decodeRaw(sampleDetail(parts));

  it('understands a birth through all three encodings [Q07]', () => {
    const dossier = understood(decode());
    expect(dossier).toEqual({
      code: 'G22.99.08-260301-0007',
      unitText: '00123',
      procedureCode: '2.000986',
      module: 'KS',
      receivedAtText: '02/03/2026 08:00:00',
      receivedAt: new Date('2026-03-02T01:00:00Z'),
      technicalId: 'T-1',
      subject: { name: 'TRẺ MẪU MỘT', birthDate: '01.03.2026' },
      requester: { name: 'NGƯỜI MẪU HAI', identityNumber: '999000000002', phone: '0990000002', relation: '01' },
      declaration: { ...BIRTH_LEAVES, nksNoiSinh: 'Bệnh viện & Nhà hộ sinh Mẫu' },
      attachments: [
        {
          sourceId: '1',
          paperType: 3,
          title: 'Giấy chứng sinh',
          fileName: 'gcs.pdf',
          withdrawn: false,
          contentType: 'application/pdf',
          bytes: Buffer.from('%PDF-'),
        },
        {
          sourceId: '2',
          paperType: 4,
          title: 'Giấy rút',
          fileName: 'rut.pdf',
          withdrawn: true,
          contentType: 'application/octet-stream',
        },
      ],
    });
  });

  it('understands a death: the number of a 12-digit citizen card identifies, that of another paper does not', () => {
    const dossier = understood(
      decode({ leaves: DEATH_LEAVES, outer: { module: 'KT', maTTHC: '1.011733', maDonVi: '99001' } }),
    );
    expect(dossier).toMatchObject({
      module: 'KT',
      unitText: '99001',
      subject: { name: 'NGƯỜI MẪU BA', identityNumber: '999000000003', birthDate: '1940' },
    });
    expect(dossier.requester).toEqual({ name: 'NGƯỜI MẪU HAI' });
  });

  it('keeps leaves as text: leading zeros, empty ones, inner spaces, CDATA as it stands [Q35]', () => {
    const leaves = {
      ...BIRTH_LEAVES,
      maGCS: ' 00012 ',
      ngayCapGCS: '00000000',
      nksNoiSinh: '<![CDATA[a &amp; <b>]]> c &lt;d&gt;',
      nksDanToc: '',
    };
    expect(understood(decode({ leaves })).declaration).toMatchObject({
      maGCS: ' 00012 ',
      ngayCapGCS: '00000000',
      nksNoiSinh: 'a &amp; <b> c <d>',
      nksDanToc: '',
    });
  });

  it('records every stage without file contents [Q07]', () => {
    const { stages } = decode({ outerFiles: SAMPLE_FILES });
    expect(stages.map((stage) => stage.stage)).toEqual(['outer-json', 'inner-json', 'xml', 'fields', 'files']);
    for (const stage of stages) expect(stage.bytes?.toString('utf8')).not.toContain('JVBERi0=');
    expect(JSON.parse(stages[1]?.bytes?.toString('utf8') ?? '')).toMatchObject({
      fileDinhKem: [{ id: 1, huyGiayTo: 0 }, { id: 2 }],
    });
  });

  it('takes the files of the outer object only when the inner one has none', () => {
    const outerFiles = [{ id: 9, tenGiayTo: 'x', huyGiayTo: 0, duLieuTepDinhKem: 'QUJD' }];
    expect(understood(decode({ outerFiles })).attachments.map((file) => file.sourceId)).toEqual(['1', '2']);
    for (const files of [[], null])
      expect(understood(decode({ files, outerFiles })).attachments.map((file) => file.sourceId)).toEqual(['9']);
  });

  it.each([
    [0, false],
    ['0', false],
    [null, false],
    [1, true],
    ['1', true],
    [2, true],
    ['x', true],
    [true, true],
  ])('huyGiayTo %j means withdrawn %j [Q22]', (huyGiayTo, withdrawn) => {
    expect(
      understood(decode({ files: [{ id: 'g-1', huyGiayTo, duLieuTepDinhKem: 'QUJD' }] })).attachments[0]?.withdrawn,
    ).toBe(withdrawn);
  });

  it('allows null and further members, a text id, an inner object that is no string [Q07]', () => {
    const inner = { maDonVi: null, maHoSo: null, data: declarationXml(BIRTH_LEAVES), fileDinhKem: null, extra: [{}] };
    expect(understood(decode({ outer: { id: null, techId: null, data: inner, extra: 1 } })).attachments).toEqual([]);
  });

  it('fills from the inner layer what the outer one lacks', () => {
    const dossier = understood(
      decode({
        outer: { module: null, maTTHC: '', maDonVi: null },
        inner: { module: 'KS', maTTHC: '3.000722', maDonVi: 7 },
      }),
    );
    expect(dossier).toMatchObject({ module: 'KS', procedureCode: '3.000722', unitText: '00007' });
  });

  it.each<[string, Buffer | DetailParts, string, string]>([
    ['an HTML page', Buffer.from('<html></html>'), 'outer-json', 'outer.not-json'],
    [
      'another encoding than UTF-8',
      Buffer.concat([sampleDetail().subarray(0, -9), Buffer.from([0xe3, 0x28]), sampleDetail().subarray(-9)]),
      'outer-json',
      'outer.not-utf8',
    ],
    [
      'a character that is cut at the end',
      Buffer.concat([sampleDetail(), Buffer.from([0xe1, 0xba])]),
      'outer-json',
      'outer.not-utf8',
    ],
    ['an unterminated string', sampleDetail().subarray(0, -20), 'outer-json', 'outer.not-json'],
    ['an answer without data', Buffer.from('{"status":1}'), 'outer-json', 'outer.no-data'],
    ['a broken inner string', { outer: { data: '{"maHoSo":' } }, 'inner-json', 'inner.not-json'],
    ['an inner array', { outer: { data: '[]' } }, 'inner-json', 'inner.not-json'],
    ['no inner XML', { inner: { data: '' } }, 'inner-json', 'inner.no-declaration'],
    ['XML with an open element', { xml: '<hoSo><hoTich><a>1</hoTich></hoSo>' }, 'xml', 'xml.not-well-formed'],
    [
      'a document type',
      { xml: '<!DOCTYPE h [<!ENTITY e "x">]><hoSo><hoTich><a>&e;</a></hoTich></hoSo>' },
      'xml',
      'xml.doctype',
    ],
    ['a custom entity', { leaves: { ...BIRTH_LEAVES, nksNoiSinh: '&nbsp;' } }, 'xml', 'xml.unknown-entity'],
    [
      'a character reference to nothing',
      { leaves: { ...BIRTH_LEAVES, nksNoiSinh: '&#xD800;' } },
      'xml',
      'xml.unknown-entity',
    ],
    ['text that is no XML', { xml: 'xin chào' }, 'xml', 'xml.not-well-formed'],
    ['no hoTich', { xml: '<hoSo><khac/></hoSo>' }, 'fields', 'fields.no-declaration'],
    [
      'hoTich deeper than the root',
      { xml: '<a><b><hoTich><x>1</x></hoTich></b></a>' },
      'fields',
      'fields.no-declaration',
    ],
    ['two hoTich', { xml: '<a><hoTich/><hoTich/></a>' }, 'fields', 'fields.no-declaration'],
    ['a leaf twice', { xml: '<a><hoTich><x>1</x><x>2</x></hoTich></a>' }, 'fields', 'fields.repeated-leaf'],
    ['a leaf with elements', { xml: '<a><hoTich><x><y>1</y></x></hoTich></a>' }, 'fields', 'fields.nested-leaf'],
    ['loose text', { xml: '<a><hoTich>lạc<x>1</x></hoTich></a>' }, 'fields', 'fields.loose-text'],
    [
      'a file that is no base64',
      { files: [{ id: 1, huyGiayTo: 0, duLieuTepDinhKem: 'JVBERi0' }] },
      'files',
      'files.not-base64',
    ],
    ['a valid file without content', { files: [{ id: 1, huyGiayTo: 0 }] }, 'files', 'files.not-base64'],
    ['a file without id', { files: [{ huyGiayTo: 0, duLieuTepDinhKem: 'QUJD' }] }, 'files', 'files.no-id'],
    ['a file that is no object', { files: ['x'] }, 'files', 'files.not-an-object'],
    ['too many files', { files: Array.from({ length: 201 }, (_unused, id) => ({ id })) }, 'files', 'files.too-many'],
    ['no code', { outer: { maHoSo: null }, inner: { maHoSo: null } }, 'checks', 'checks.field-missing'],
    ['a code of unknown form', { outer: { maHoSo: 'x' }, inner: { maHoSo: 'x' } }, 'checks', 'checks.code-form'],
    ['two codes', { outer: { maHoSo: 'G22.99.08-260301-0008' } }, 'checks', 'checks.two-codes'],
    ['an unknown module', { outer: { module: 'KH' } }, 'checks', 'checks.unknown-module'],
    ['no unit', { outer: { maDonVi: null } }, 'checks', 'checks.field-missing'],
    ['no procedure', { outer: { maTTHC: ' ' } }, 'checks', 'checks.field-missing'],
    ['a date of receipt that is none', { outer: { ngayTiepNhan: 'hôm qua' } }, 'checks', 'checks.date-unreadable'],
    ['a date of receipt without a day', { outer: { ngayTiepNhan: '03.2026' } }, 'checks', 'checks.date-unreadable'],
    ['no name of the child', { leaves: { ...BIRTH_LEAVES, nksHoTen: ' ' } }, 'checks', 'checks.name-missing'],
    ['no name of the requester', { leaves: { ...BIRTH_LEAVES, nycHoTen: '' } }, 'checks', 'checks.name-missing'],
  ])('%s is a failure of its stage [Q07 Q43]', (_name, input, stage, code) => {
    const result = Buffer.isBuffer(input) ? decodeRaw(input) : decode(input);
    expect(refused(result)).toMatchObject({ stage, code, responsible: 'dvclt' });
    expect(result.stages.map((entry) => entry.stage)).toContain(stage);
  });

  it('reports the dossier code when it could be read', () => {
    expect(refused(decode({ xml: 'x' })).dossierCode).toBe('G22.99.08-260301-0007');
    expect(refused(decode({ outer: { maHoSo: 'NGƯỜI MẪU' }, xml: 'x' }))).not.toHaveProperty('dossierCode');
  });

  it.each(['G22.99.08-260921-000123', 'H21.101-260301-0001', '000.00.00.H99-260301-0001'])(
    'accepts the code form of %s',
    (code) => {
      expect(understood(decode({ outer: { maHoSo: code }, inner: { maHoSo: code } })).code).toBe(code);
    },
  );

  it('puts no citizen value into a failure', () => {
    const values = ['TRẺ MẪU', 'NGƯỜI MẪU', '999000000002', '0990000002'];
    for (const parts of [
      { leaves: { ...BIRTH_LEAVES, nksHoTen: '' } },
      { xml: `${declarationXml(BIRTH_LEAVES)}<` },
      { outer: { ngayTiepNhan: 'NGƯỜI MẪU' } },
    ]) {
      const text = JSON.stringify(refused(decode(parts)));
      for (const value of values) expect(text).not.toContain(value);
    }
  });

  it('never throws: bytes changed, cut or inserted anywhere', () => {
    const whole = sampleDetail();
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      byte: fc.integer({ min: 0, max: 255 }),
      kind: fc.constantFrom('set', 'cut', 'insert'),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        let bytes = whole;
        for (const { at, byte, kind } of changes) {
          const place = Math.min(at, bytes.length);
          const one = Buffer.from([byte]);
          if (kind === 'cut') bytes = bytes.subarray(0, place);
          else
            bytes = Buffer.concat([bytes.subarray(0, place), one, bytes.subarray(kind === 'set' ? place + 1 : place)]);
        }
        const result = decodeRaw(bytes);
        expect('dossier' in result || 'failure' in result).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws: any JSON value in any member', () => {
    const member = fc.constantFrom(
      'maDonVi',
      'maTTHC',
      'module',
      'maHoSo',
      'ngayTiepNhan',
      'techId',
      'data',
      'fileDinhKem',
    );
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue()), fc.dictionary(member, fc.jsonValue()), (outer, inner) => {
        const result = decode({ outer, inner });
        expect('dossier' in result || 'failure' in result).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('survives deep nesting', () => {
    const deep = `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`;
    expect(refused(decode({ xml: deep }))).toMatchObject({ stage: expect.stringMatching(/^(xml|fields)$/) });
    const json = Buffer.from(
      `{"data":{"maHoSo":"G22.99.08-260301-0007","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
    );
    expect(refused(decodeRaw(json))).toMatchObject({ stage: 'outer-json' });
  });
});
