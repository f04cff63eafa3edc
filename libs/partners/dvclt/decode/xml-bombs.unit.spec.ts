import { declarationLeaves } from './declaration-xml';
import { Undecodable } from './undecodable';

const wrapped = (inner: string): string => `<hoSo><hoTich>${inner}</hoTich></hoSo>`;
const LAUGHS = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');

/** Each is refused or read as plain text; none may take more than what it is long. */
const BOMBS: readonly (readonly [name: string, xml: string])[] = [
  ['entities that grow', `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">${LAUGHS}]>${wrapped('<a>&l9;</a>')}`],
  [
    'one long entity, many times',
    `<!DOCTYPE a [<!ENTITY x "${'x'.repeat(9_000)}">]>${wrapped('<a>&x;</a>'.repeat(900))}`,
  ],
  ['an entity that is a file', `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${wrapped('<a>&x;</a>')}`],
  ['an entity of parameters', `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>${wrapped('<a>1</a>')}`],
  ['a document type elsewhere', `<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">${wrapped('<a>1</a>')}`],
  ['a document type in other letters', `<!docType a [<!entity x "y">]>${wrapped('<a>&x;</a>')}`],
  ['an inclusion', wrapped('<xi:include href="file:///etc/passwd" parse="text"/>'.repeat(2))],
  ['elements in elements in elements', wrapped('<a>'.repeat(60_000) + '</a>'.repeat(60_000))],
  ['elements that never close', wrapped('<a>'.repeat(90_000))],
  ['a million letters and one', wrapped(`<a>${'x'.repeat(1_000_001)}</a>`)],
  ['a comment in a comment without end', wrapped('<!--'.repeat(90_000))],
  ['CDATA without end', wrapped('<![CDATA['.repeat(60_000))],
  ['references without end', wrapped(`<a>${'&#'.repeat(200_000)}</a>`)],
  ['bare ampersands', wrapped(`<a>${'&'.repeat(300_000)}</a>`)],
  ['a reference above all characters', wrapped('<a>&#x110000;</a>')],
  ['a reference to half a character', wrapped('<a>&#xD800;</a>')],
  ['a reference to nothing', wrapped('<a>&#0;</a>')],
];
const PLAIN: readonly (readonly [name: string, xml: string])[] = [
  ['many attributes', wrapped(`<a ${Array.from({ length: 20_000 }, (_, at) => `b${at}="1"`).join(' ')}>1</a>`)],
  ['a long attribute', wrapped(`<a b="${'x'.repeat(400_000)}">1</a>`)],
  ['a long name', wrapped(`<${'a'.repeat(100_000)}>1</${'a'.repeat(100_000)}>`)],
  ['many elements', wrapped(Array.from({ length: 20_000 }, (_, at) => `<a${at}>1</a${at}>`).join(''))],
  ['much white space', wrapped(`<a>${' '.repeat(300_000)}1</a>`)],
  ['an instruction', `<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>${wrapped('<a>1</a>')}`],
];

describe('XML that is made to do harm', () => {
  it.each(BOMBS)('is refused: %s', (_name, xml) => {
    const startedAt = performance.now();
    expect(() => declarationLeaves(xml)).toThrow(Undecodable);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it.each(PLAIN)('is read or refused in the time that its length takes: %s', (_name, xml) => {
    const startedAt = performance.now();
    try {
      expect(Object.values(declarationLeaves(xml)).every((text) => text.trim() === '1')).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(Undecodable);
    }
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('tells of it without a word of what it holds', () => {
    for (const [, xml] of BOMBS)
      try {
        declarationLeaves(xml);
      } catch (error) {
        expect((error as Error).message).not.toMatch(/passwd|127\.0\.0\.1|&|xxx/);
      }
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'gives an element %s no power over objects: it is refused, or a leaf like any other',
    (name) => {
      try {
        const leaves = declarationLeaves(wrapped(`<${name}>x</${name}>`));
        expect(Object.values(leaves)).toEqual(['x']);
        expect(Object.getPrototypeOf(leaves)).toBe(Object.prototype);
        expect(typeof leaves.toString).toBe('function');
      } catch (error) {
        expect(error).toBeInstanceOf(Undecodable);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});
