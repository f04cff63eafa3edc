/** How the inner JSON and the XML of a detail are written (dvclt.md §3, Q07). */
export interface Nesting {
  /** Turns the inner object into what stands in `data.data`. */
  inner(inner: object): unknown;
  xml(content: Readonly<Record<string, string>>): string;
}

const usual: Nesting = { inner: (inner) => JSON.stringify(inner), xml: (content) => xmlOf(content) };

const VARIANTS: Readonly<Record<string, Nesting>> = {
  object: { ...usual, inner: (inner) => inner },
  twice: { ...usual, inner: (inner) => JSON.stringify(JSON.stringify(inner)) },
  escaped: { ...usual, inner: (inner) => asciiOnly(JSON.stringify(inner)) },
  root: { ...usual, xml: (content) => xmlOf(content, { root: 'duLieuLienThong' }) },
  attributes: {
    ...usual,
    xml: (content) => xmlOf(content, { attributes: ' xmlns="urn:mau:lienthong" version="1.0"' }),
  },
  cdata: { ...usual, xml: (content) => xmlOf(content, { leaf: cdata }) },
  spaces: { ...usual, inner: (inner) => JSON.stringify(inner, null, 2), xml: (content) => spaced(content) },
  declaration: {
    ...usual,
    xml: (content) => `\uFEFF<?xml version="1.0" encoding="utf-8"?>\r\n<!-- mẫu -->${xmlOf(content)}`,
  },
  references: { ...usual, xml: (content) => xmlOf(content, { leaf: references }) },
  'cut-json': { ...usual, inner: (inner) => cut(JSON.stringify(inner)) },
  'cut-xml': { ...usual, xml: (content) => cut(xmlOf(content)) },
  'no-hotich': { ...usual, xml: () => '<hoSo></hoSo>' },
};

/** The right forms first, the broken ones (`cut-json`, `cut-xml`, `no-hotich`) last. */
export const NESTING_VARIANTS: readonly string[] = Object.keys(VARIANTS);

export function nestingOf(variant: string | undefined): Nesting {
  return (variant === undefined ? undefined : VARIANTS[variant]) ?? usual;
}

interface XmlForm {
  readonly root?: string;
  readonly attributes?: string;
  leaf?(text: string): string;
}

function xmlOf(content: Readonly<Record<string, string>>, form: XmlForm = {}): string {
  const { root = 'hoSo', attributes = '', leaf = escaped } = form;
  let leaves = '';
  for (const name in content) leaves += `<${name}>${leaf(content[name])}</${name}>`;
  return `<${root}${attributes}><hoTich>${leaves}</hoTich></${root}>`;
}

function spaced(content: Readonly<Record<string, string>>): string {
  const leaves = Object.entries(content).map(([name, text]) => `    <${name} >${escaped(text)}</${name} >\r\n`);
  return `\r\n<hoSo>\r\n  <hoTich>\r\n${leaves.join('')}  </hoTich>\r\n</hoSo>\r\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cdata(text: string): string {
  return text === '' ? '' : `<![CDATA[${text}]]>`;
}

/** Every letter outside ASCII as a character reference. */
function references(text: string): string {
  return escaped(text).replace(/[^\x20-\x7e]/gu, (letter) => `&#x${(letter.codePointAt(0) ?? 0).toString(16)};`);
}

/** Every letter outside ASCII as \uXXXX. */
function asciiOnly(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Loses the last third, as a field that was too short for it. */
function cut(text: string): string {
  return text.slice(0, Math.floor((text.length * 2) / 3));
}
