import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { Undecodable } from './undecodable';
import { decodeXmlText } from './xml-entities';

/** A declaration is a few kilobytes; a longer one is not read. Characters. */
const MAX_XML_CHARACTERS = 1_000_000;

const TEXT = '#text';
const CDATA = '#cdata';

/** One node in document order: an element (one key, its children), a text, a CDATA section. */
type XmlNode = Readonly<Record<string, unknown>>;

/** Values stay text (no numbers, zeros kept), entities are ours to decode, order and repetitions are visible. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: CDATA,
});

function nodesOf(value: unknown): readonly XmlNode[] {
  return Array.isArray(value) ? (value as XmlNode[]) : [];
}

function elementName(node: XmlNode): string | undefined {
  return Object.keys(node).find((key) => key !== ':@' && key !== TEXT && key !== CDATA);
}

function rawText(node: XmlNode): string {
  const text = node[TEXT];
  return typeof text === 'string' ? text : '';
}

function textOfNode(node: XmlNode): string {
  if (CDATA in node)
    return nodesOf(node[CDATA])
      .map((part) => rawText(part))
      .join('');
  const decoded = decodeXmlText(rawText(node));
  if (decoded === undefined)
    throw new Undecodable(
      'xml',
      'xml.unknown-entity',
      'the XML holds an entity that is not one of the five predefined ones',
    );
  return decoded;
}

function parse(xml: string): readonly XmlNode[] {
  if (xml.length > MAX_XML_CHARACTERS)
    throw new Undecodable('xml', 'xml.too-long', 'the XML is longer than a declaration can be');
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Undecodable('xml', 'xml.doctype', 'the XML declares a document type');
  if (XMLValidator.validate(xml) !== true)
    throw new Undecodable('xml', 'xml.not-well-formed', 'the XML is not well-formed');
  try {
    return nodesOf(parser.parse(xml));
  } catch {
    // The parser has limits of its own (nesting); its message may quote the content.
    throw new Undecodable('xml', 'xml.not-readable', 'the XML cannot be parsed');
  }
}

function leafText(name: string, children: readonly XmlNode[]): string {
  if (children.some((child) => elementName(child) !== undefined)) {
    throw new Undecodable('fields', 'fields.nested-leaf', 'an element of hoTich holds further elements', name);
  }
  return children.map(textOfNode).join('');
}

/** Direct children of `hoTich`, which is a direct child of the root whatever that is called (dvclt.md §3): flat, all text, nothing trimmed.
 *  @throws Undecodable at stage `xml` or `fields` */
export function declarationLeaves(xml: string): Record<string, string> {
  const roots = parse(xml).filter((node) => elementName(node) !== undefined);
  const root = roots[0];
  const children = root === undefined ? [] : nodesOf(root[elementName(root) ?? '']);
  const declarations = children.filter((node) => elementName(node) === 'hoTich');
  if (declarations.length !== 1) {
    throw new Undecodable(
      'fields',
      'fields.no-declaration',
      `the root holds ${declarations.length} elements hoTich, expected one`,
      'hoTich',
    );
  }
  const leaves = new Map<string, string>();
  for (const node of nodesOf(declarations[0]?.['hoTich'])) {
    const name = elementName(node);
    if (name === undefined) {
      if (textOfNode(node).trim() !== '')
        throw new Undecodable('fields', 'fields.loose-text', 'hoTich holds text outside its elements', 'hoTich');
      continue;
    }
    if (leaves.has(name))
      throw new Undecodable('fields', 'fields.repeated-leaf', 'an element of hoTich occurs twice', name);
    leaves.set(name, leafText(name, nodesOf(node[name])));
  }
  return Object.fromEntries(leaves);
}
