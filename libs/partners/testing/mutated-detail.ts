import fc from 'fast-check';
import { BIRTH_LEAVES, DEATH_LEAVES, declarationXml, SAMPLE_FILES, sampleDetail } from './sample-detail';

type Text = string;
type Change<T> = (value: T) => T;

/** Characters that parsers stumble over: controls, a byte order mark, lone surrogates, combining marks, right-to-left, emoji. */
const ODD_TEXTS = [
  '\u0000',
  '\u001f',
  '\ufeff',
  '\ud800',
  '\udc00',
  'e\u0302\u0301',
  '\u202e',
  '\u2028',
  '👶🏽',
  '\\u0000',
  '\\ud83d',
  'n',
] as const;

const ODD_NUMBERS = ['1e999', '-0', '123456789012345678901234567890', '0.1e-400', 'NaN', '00123', '1_000'] as const;

/** A billion laughs and its relatives; none may be expanded (dvclt.md §3 knows no document type). */
const XML_TRAPS = [
  '<!DOCTYPE hoSo [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
  '<!DOCTYPE hoSo SYSTEM "file:///etc/passwd">',
  '<!ENTITY x "y">',
  '&c;&c;&c;',
  '&#x110000;',
  '&#0;',
  '&#99999999;',
  '&',
  '&amp;amp;',
  '<![CDATA[<nksHoTen>]]>',
  '<![CDATA[',
  ']]>',
  '<!--',
  '<?xml version="1.0"?>',
  '<hoTich/>',
  '</hoTich>',
  '<a b="c" b="d"/>',
  '<nksHoTen>HAI</nksHoTen>',
  '<x><y>z</y></x>',
  '<𝒂/>',
  '\u0000',
] as const;

/** Puts text into text at a place given as a share of its length. */
const at = (text: Text, share: number): number => Math.floor(text.length * share);
const share = fc.double({ min: 0, max: 1, noNaN: true });

function textChange(extra: readonly Text[]): fc.Arbitrary<Change<Text>> {
  const inserted = fc.oneof(fc.constantFrom(...extra), fc.string({ unit: 'binary', maxLength: 8 }));
  return fc.oneof(
    fc.tuple(share, inserted).map(
      ([place, piece]): Change<Text> =>
        (text) =>
          text.slice(0, at(text, place)) + piece + text.slice(at(text, place)),
    ),
    fc.tuple(share, fc.integer({ min: 1, max: 200 })).map(
      ([place, length]): Change<Text> =>
        (text) =>
          text.slice(0, at(text, place)) + text.slice(at(text, place) + length),
    ),
    share.map(
      (place): Change<Text> =>
        (text) =>
          text.slice(0, at(text, place)),
    ),
  );
}

type Members = Readonly<Record<string, unknown>>;

const deep = (depth: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Any value in the place of any other: other types, numbers that lose digits, odd text, deep nesting. */
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(...ODD_TEXTS),
  fc.constantFrom(0, -1, 1.5, 2 ** 53, 1e300, true, false, null, [], {}, ''),
  fc.integer({ min: 1, max: 2_000 }).map(deep),
  fc.constantFrom('2.000986', 'KS', 'KT', 'G22.99.08-260301-0007', '02/03/2026', '03.2026', '2026'),
);

const MEMBERS = [
  'maDonVi',
  'maTTHC',
  'module',
  'maHoSo',
  'ngayTiepNhan',
  'techId',
  'fileDinhKem',
  'data',
  'id',
  'constructor',
  '__proto__',
] as const;

const memberChange: fc.Arbitrary<Change<Members>> = fc.oneof(
  fc.constantFrom(...MEMBERS).map(
    (name): Change<Members> =>
      (members) =>
        Object.fromEntries(Object.entries(members).filter(([key]) => key !== name)),
  ),
  fc
    .tuple(fc.constantFrom(...MEMBERS), anyValue)
    .map(([name, value]): Change<Members> => (members) => ({ ...members, [name]: value })),
);

const FILE_MEMBERS = ['id', 'loaiGiayTo', 'tenGiayTo', 'tenTepDinhKem', 'huyGiayTo', 'duLieuTepDinhKem'] as const;
const fileChange: fc.Arbitrary<Change<readonly unknown[]>> = fc.oneof(
  fc.tuple(fc.nat(1), fc.constantFrom(...FILE_MEMBERS), anyValue).map(
    ([index, name, value]): Change<readonly unknown[]> =>
      (files) =>
        files.map((file, place) => (place === index ? { ...(file as object), [name]: value } : file)),
  ),
  anyValue.map((value): Change<readonly unknown[]> => (files) => [...files, value]),
);

const leafChange: fc.Arbitrary<Change<Readonly<Record<string, string>>>> = fc
  .tuple(
    fc.oneof(fc.constantFrom(...Object.keys(BIRTH_LEAVES)), fc.constantFrom('x', 'hoTich', '__proto__', 'toString')),
    fc.oneof(
      fc.constantFrom(...XML_TRAPS, ...ODD_TEXTS, 'Không có thông tin', '  ', '0'),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    ),
  )
  .map(([name, text]) => (leaves) => ({ ...leaves, [name]: text }));

const none = fc.constant([]);
const some = <T>(change: fc.Arbitrary<Change<T>>): fc.Arbitrary<readonly Change<T>[]> =>
  fc.oneof({ weight: 2, arbitrary: none }, { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) });
const apply = <T>(value: T, changes: readonly Change<T>[]): T => changes.reduce((now, change) => change(now), value);

const byteChange: fc.Arbitrary<Change<Buffer>> = fc
  .tuple(share, fc.integer({ min: 0, max: 255 }), fc.boolean())
  .map(([place, byte, isCut]) => (bytes) => {
    const index = Math.min(Math.floor(bytes.length * place), Math.max(0, bytes.length - 1));
    if (isCut) return bytes.subarray(0, index);
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[index] = byte;
    return changed;
  });

/** A DVCLT detail with faults at any of its encodings, each put in before the next one is written round it, so that it arrives there. */
export const mutatedDetail: fc.Arbitrary<Buffer> = fc
  .record({
    isBirth: fc.boolean(),
    leaves: some(leafChange),
    xml: some(textChange(XML_TRAPS)),
    files: some(fileChange),
    inner: some(memberChange),
    innerText: some(textChange([...ODD_TEXTS, ...ODD_NUMBERS])),
    isInnerObject: fc.boolean(),
    outer: some(memberChange),
    outerText: some(textChange([...ODD_TEXTS, ...ODD_NUMBERS])),
    bytes: some(byteChange),
  })
  .map((faults) => {
    const leaves = apply(faults.isBirth ? BIRTH_LEAVES : DEATH_LEAVES, faults.leaves);
    const xml = apply(declarationXml(leaves), faults.xml);
    const files = apply(SAMPLE_FILES, faults.files);
    const inner = apply<Members>({ maHoSo: 'G22.99.08-260301-0007', data: xml, fileDinhKem: files }, faults.inner);
    const innerText = apply(JSON.stringify(inner), faults.innerText);
    const isObject = faults.isInnerObject && faults.innerText.length === 0;
    const head: Members = {
      id: '7001',
      maDonVi: 123,
      maTTHC: '2.000986',
      module: faults.isBirth ? 'KS' : 'KT',
      maHoSo: 'G22.99.08-260301-0007',
      ngayTiepNhan: '02/03/2026 08:00:00',
      fileDinhKem: [],
      data: isObject ? inner : innerText,
    };
    const outerText = apply(JSON.stringify({ data: apply(head, faults.outer) }), faults.outerText);
    return apply(Buffer.from(outerText, 'utf8'), faults.bytes);
  });

/** A message made to take long, by what is odd in it. */
interface HeavyDetail {
  xml?: string;
  /** The whole inner layer. */
  inner?: string;
  /** JSON of a member that stands in the outer, or in the inner layer of a message that is right otherwise. */
  outerMember?: string;
  innerMember?: string;
}

/** The bytes of such a message.
 *  @param head members of the head of both layers */
export function heavyMessage(
  { xml, inner, outerMember, innerMember }: HeavyDetail,
  head: Readonly<Record<string, unknown>> = {},
): Buffer {
  if (inner !== undefined) return sampleDetail({ outer: { ...head, data: inner } });
  const text = sampleDetail({ outer: head, inner: head, ...(xml === undefined ? {} : { xml }) }).toString('utf8');
  if (outerMember !== undefined) return put(text, '"id":"7001"', `${outerMember},"id":"7001"`);
  if (innerMember === undefined) return Buffer.from(text, 'utf8');
  return put(text, '{\\"maHoSo\\"', `{${JSON.stringify(innerMember).slice(1, -1)},\\"maHoSo\\"`);
}

function put(text: string, place: string, more: string): Buffer {
  if (text.split(place).length !== 2) throw new Error('the sample has not this place once');
  return Buffer.from(
    text.replace(place, () => more),
    'utf8',
  );
}

/** Whole messages made to take long or to grow: what must end at once, whatever comes of it.
 *  @param size about so many characters */
export function heavyDetails(size: number): readonly (readonly [name: string, heavy: HeavyDetail])[] {
  const repeated = (piece: string): string => piece.repeat(Math.ceil(size / piece.length));
  const longName = 'n'.repeat(size / 3);
  return [
    ['open brackets', { xml: repeated('<') }],
    ['nested elements', { xml: repeated('<a>') }],
    ['bare ampersands', { xml: `<r><hoTich><a>${repeated('&')}</a></hoTich></r>` }],
    ['unfinished references', { xml: `<r><hoTich><a>${repeated('&#')}</a></hoTich></r>` }],
    ['true references', { xml: `<r><hoTich><a>${repeated('&amp;')}</a></hoTich></r>` }],
    ['CDATA sections', { xml: `<r><hoTich><a>${repeated('<![CDATA[x]]>')}</a></hoTich></r>` }],
    ['comments', { xml: `<r><hoTich>${repeated('<!-- -->')}</hoTich></r>` }],
    ['unfinished comment', { xml: `<r><hoTich><!--${repeated('-')}` }],
    ['white space', { xml: `<r>${repeated(' ')}<hoTich/></r>` }],
    ['many leaves', { xml: `<r><hoTich>${repeated('<b>1</b>')}</hoTich></r>` }],
    ['many attributes', { xml: `<r ${repeated('a="b" ')}><hoTich/></r>` }],
    ['one long name', { xml: `<r><hoTich><${repeated('n')}>1</${repeated('n')}></hoTich></r>` }],
    ['a long name of a leaf that holds more', { xml: `<r><hoTich><${longName}><x/></${longName}></hoTich></r>` }],
    ['a name of a person as a leaf that stands twice', { xml: '<r><hoTich><TRẺ_MẪU/><TRẺ_MẪU/></hoTich></r>' }],
    ['nested arrays', { inner: `{"data":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}` }],
    ['escaped quotes', { inner: repeated('\\"') }],
    ['nested arrays beside the data', { innerMember: `"x":${'['.repeat(100_000)}${']'.repeat(100_000)}` }],
    ['nested objects in the outer layer', { outerMember: `"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}` }],
    ['a nested head', { outerMember: `"maHoSo":${'['.repeat(100_000)}${']'.repeat(100_000)},"techId":1` }],
    ['many empty arrays', { outerMember: `"x":[${'[],'.repeat(size / 3)}[]]` }],
    ['a number above all numbers', { outerMember: `"x":1e${'9'.repeat(size)}` }],
    ['a long number in the head', { outerMember: `"maDonVi":${'9'.repeat(size)}` }],
    ['names that objects have already', { outerMember: '"__proto__":{"maHoSo":"x"},"constructor":{"prototype":1}' }],
    [
      'elements with names that objects have already',
      { xml: declarationXml({ ['__proto__']: '1', constructor: '2' }) },
    ],
    ['marks on one letter', { xml: declarationXml({ ...BIRTH_LEAVES, nycEmail: repeated('\u0301\u0323') }) }],
    ['one long word', { xml: declarationXml({ ...BIRTH_LEAVES, nycEmail: repeated('a') }) }],
    ['white space in a name', { xml: declarationXml({ ...BIRTH_LEAVES, nycHoTen: repeated(' ') }) }],
    ['a long number', { inner: `{"data":${'9'.repeat(size)}}` }],
  ];
}
