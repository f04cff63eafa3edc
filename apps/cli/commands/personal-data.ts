import type { Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { contextOf, examples } from './context';

/** A field of a dossier, masked. */
interface MaskedField {
  field: string;
  label: string;
  kind: string;
  isPresent: boolean;
  shown: string;
}

export interface ContentFile {
  ref: string;
  kind: string;
  contentType: string;
  sizeBytes: number;
  withdrawn: boolean;
}

interface Content {
  dossierId: string;
  fields: MaskedField[];
  files: ContentFile[];
}

interface Reveal {
  purpose: string;
  legalBasis: string;
  expiresAt: string;
  fields: { field: string; label: string; value: string }[];
}

interface Purpose {
  id: string;
  label: string;
  legalBasis: string;
  sensitive: boolean;
  search: boolean;
}

/** `lienthong dossier content | reveal | reveal-file | purposes`. */
export function addContentCommands(dossier: Command): void {
  dossier
    .command('content <code>')
    .description('which fields and files a dossier has; every personal value is masked')
    .addHelpText('after', examples(['dossier content G22.99.08-261125-000001']))
    .action(async (code: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const content = await api.get<Content>(`/dossiers/${encodeURIComponent(code)}/content`);
      print.show(content, () => contentText(content));
    });
  dossier
    .command('purposes')
    .description('what personal data may be looked at for today, by this account')
    .action(async (_given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const { items } = await api.get<{ items: Purpose[] }>('/purposes');
      print.show(items, () => purposesText(items));
    });
  addReveal(dossier);
  addRevealFile(dossier);
}

function addReveal(dossier: Command): void {
  dossier
    .command('reveal <code> <fields...>')
    .description('show fields in the clear; who, what for and which fields is written into the sync log')
    .requiredOption('--purpose <id>', 'one of dossier purposes')
    .option('--reason <text>', 'why; needed for sensitive fields, no personal data')
    .addHelpText(
      'after',
      examples([
        'dossier reveal G22.99.08-261125-000001 requester.phone --purpose dossier-repair',
        'dossier reveal G22… declaration.nksNoiSinh --purpose complaint --reason "complaint 12/2026"',
      ]),
    )
    .action(async (code: string, fields: string[], given: { purpose: string; reason?: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/dossiers/${encodeURIComponent(code)}/reveals`;
      const reveal = await api.post<Reveal>(path, { fields, purpose: given.purpose, reason: given.reason });
      print.show(reveal, () => revealText(reveal));
    });
}

function addRevealFile(dossier: Command): void {
  dossier
    .command('reveal-file <code> <file>')
    .description('save one file of a dossier (dossier content names them); the view is written into the sync log')
    .requiredOption('--purpose <id>', 'one of dossier purposes')
    .requiredOption('--reason <text>', 'why; no personal data')
    .requiredOption('--out <path>', 'a new file, readable by its owner only')
    .addHelpText(
      'after',
      examples(['dossier reveal-file G22… 0199… --purpose complaint --reason "complaint 12/2026" --out paper.pdf']),
    )
    .action(
      async (code: string, file: string, given: { purpose: string; reason: string; out: string }, command: Command) => {
        const { api, print } = contextOf(command);
        const { purpose, reason, out } = given;
        await saveFile(await api.openPost(filePath(code), { file, purpose, reason }), out);
        print.show({ saved: out }, () => `Saved as ${out}. Delete it when it has served.`);
      },
    );
}

export function filePath(code: string): string {
  return `/dossiers/${encodeURIComponent(code)}/file-reveals`;
}

/** Writes an answer's bytes into a new file of mode 0600. */
export async function saveFile(response: Response, path: string): Promise<void> {
  if (response.body === null) throw new CliError('The gateway’s answer is empty.', EXIT.unreachable);
  try {
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new CliError(exists ? `${path} is there already.` : `${path} could not be written whole.`, EXIT.no);
  }
}

function contentText({ fields, files }: Content): string {
  const there = fields.filter(({ isPresent }) => isPresent);
  const empty = fields.length - there.length;
  const fieldTable = tableOf(there, [
    { head: 'field', value: (row) => row.field },
    { head: 'label', value: (row) => row.label },
    { head: 'kind', value: (row) => row.kind },
    { head: 'value', value: (row) => row.shown },
  ]);
  const fileTable = tableOf(files, [
    { head: 'file', value: (row) => row.ref },
    { head: 'kind', value: (row) => `${row.kind}${row.withdrawn ? ', withdrawn' : ''}` },
    { head: 'bytes', value: (row) => row.sizeBytes, align: 'right' },
  ]);
  const rest = empty === 0 ? '' : `\n${empty} further fields are empty.`;
  return `${fieldTable}${rest}\n\n${files.length === 0 ? 'No file.' : fileTable}`;
}

function revealText({ fields, legalBasis, expiresAt }: Reveal): string {
  const table = tableOf(fields, [
    { head: 'field', value: (row) => row.field },
    { head: 'value', value: (row) => row.value },
  ]);
  return `${table}\n\nLegal basis: ${legalBasis}\nIn the sync log. May be looked at again until ${localTime(expiresAt) ?? ''}.`;
}

function purposesText(purposes: readonly Purpose[]): string {
  if (purposes.length === 0) return 'No purpose of today is open to this account.';
  return tableOf(purposes, [
    { head: 'purpose', value: (row) => row.id },
    { head: 'what for', value: (row) => row.label },
    { head: 'sensitive', value: (row) => (row.sensitive ? 'yes' : 'no') },
    { head: 'search', value: (row) => (row.search ? 'yes' : 'no') },
    { head: 'legal basis', value: (row) => row.legalBasis },
  ]);
}
