import type { LoggedEntry } from './logged-entry';

/** What a line is made of. */
interface ExportedEntry {
  index: number;
  bytes: Buffer;
  entry: LoggedEntry | undefined;
}

/** `{"index":n,"entry":"…"}`: the leaf's bytes as a text, so that its hash can be made from the line. */
export function jsonLine({ index, bytes }: ExportedEntry): string {
  return `${JSON.stringify({ index, entry: bytes.toString('utf8') })}\n`;
}

const COLUMNS: readonly { head: string; value(of: LoggedEntry): string | number | undefined }[] = [
  { head: 'id', value: ({ id }) => id },
  { head: 'at', value: ({ at }) => at },
  { head: 'kind', value: ({ kind }) => kind },
  { head: 'actor', value: ({ actor }) => actor.id },
  { head: 'actorType', value: ({ actor }) => actor.type },
  { head: 'dossierId', value: ({ dossierId }) => dossierId },
  { head: 'codes', value: ({ codes }) => codes?.join(' ') },
  { head: 'partner', value: ({ partner }) => partner },
  { head: 'operation', value: ({ operation }) => operation },
  { head: 'unit', value: ({ unit }) => unit },
  { head: 'procedure', value: ({ procedure }) => procedure },
  { head: 'purpose', value: ({ purpose }) => purpose },
  { head: 'outcome', value: ({ outcome }) => outcome },
  { head: 'rule', value: ({ rule }) => rule && `${rule.id} ${rule.version}` },
  { head: 'contentDigest', value: ({ contentDigest }) => contentDigest },
  { head: 'detail', value: ({ detail }) => detail && JSON.stringify(detail) },
];

/** Begin of a CSV file: the mark by which spreadsheets know UTF-8, and the names of the columns. */
export function csvHead(): string {
  return `\u{feff}${csvRow(['index', ...COLUMNS.map(({ head }) => head)])}`;
}

/** One entry as a line of CSV; of what is no entry any more only the index. */
export function csvLine({ index, entry }: ExportedEntry): string {
  return csvRow([index, ...COLUMNS.map(({ value }) => entry && value(entry))]);
}

function csvRow(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => csvCell(String(cell ?? ''))).join(',')}\r\n`;
}

/** A spreadsheet takes these for the begin of a formula; behind an apostrophe it does not. */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** RFC 4180, and safe to open in a spreadsheet. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
