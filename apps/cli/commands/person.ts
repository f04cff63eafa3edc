import type { Command } from 'commander';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples, limitOf } from './context';
import { filePath, saveFile, type ContentFile } from './personal-data';

interface PersonRequest {
  id: string;
  kind: string;
  state: string;
  dossiers: string[];
  setDigest: string;
  reason: string;
  requestedBy: string;
  expiresAt: string;
  approvedBy: string | null;
  approvedAt: string | null;
  withdrawnAt: string | null;
  indexIncomplete: boolean;
}

interface FoundDossier {
  dossierId: string;
  dvcltCode: string | null;
  oneStopCode: string | null;
  procedure: string;
  unit: string;
  state: string;
  fields: string[];
}

interface Found {
  items: FoundDossier[];
  indexIncomplete: boolean;
}

interface PersonExport {
  requestId: string;
  takenAt: string;
  dossiers: { dossierId: string; files: ContentFile[] }[];
}

interface Asked {
  reason: string;
  dossier?: string[];
}

/** Asked for where nobody sees it, and never an argument: those stand in the process list and in the shell's history. */
const NUMBER = 'The identity number comes from standard input: echo 999… | npx lienthong person …';

/** `lienthong person …`: what persons ask for (NĐ 356/2025 Article 5). */
export function addPersonCommands(program: Command): void {
  const person = program.command('person').description('persons: find their dossiers, export or erase their data');
  person
    .command('search')
    .description('dossiers that name a person; the number is read from standard input')
    .requiredOption('--purpose <id>', 'one of dossier purposes')
    .requiredOption('--reason <text>', 'why; no personal data')
    .addHelpText('after', `\n${NUMBER}\n`)
    .action(async (given: { purpose: string; reason: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const body = { identityNumber: await numberFromInput(), purpose: given.purpose, reason: given.reason };
      const { items, indexIncomplete } = await api.post<Found>('/persons/search', body);
      print.show(items, () => [foundText(items), ...(indexIncomplete ? [INCOMPLETE] : [])].join('\n'));
    });
  addAsk(person, 'export', 'ask for the data of a person to be exported; a second officer approves it within 24 h');
  addAsk(
    person,
    'erase',
    'ask for the data of a person to be erased for good; a second officer approves it within 24 h',
  );
  person
    .command('requests')
    .description('requests of persons, newest first')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (given: { limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const requests = await api.list<PersonRequest>('/persons/requests', {}, limitOf(given.limit));
      print.show(requests, () => (requests.length === 0 ? 'No request.' : listText(requests)));
    });
  addApprove(person);
  addWithdraw(person);
  addTake(person);
}

function addAsk(person: Command, kind: 'export' | 'erase', description: string): void {
  person
    .command(kind)
    .description(description)
    .requiredOption('--reason <text>', 'number of the letter, and why; no personal data')
    .option('--dossier <codes...>', 'only these of the person’s dossiers')
    .addHelpText('after', `\n${NUMBER}\n${examples([`person ${kind} --reason "letter 12/2026"`])}`)
    .action(async (given: Asked, command: Command) => {
      const { api, print } = contextOf(command);
      const identityNumber = await numberFromInput();
      const body = { kind, identityNumber, reason: given.reason, dossiers: given.dossier };
      const asked = await api.post<PersonRequest>('/persons/requests', body);
      print.show(asked, () => `${requestText(asked)}\n\n${NEXT_STEP}${asked.id}`);
    });
}

const INCOMPLETE = 'Dossiers from before the upgrade are still being indexed: some may be missing.';

const NEXT_STEP = 'A colleague with the role approver runs: npx lienthong --as approver person approve ';

function addApprove(person: Command): void {
  person
    .command('approve <request>')
    .description('a second person’s yes; an erasure happens at once and cannot be undone')
    .option('--yes', 'do not only show it')
    .addHelpText('after', examples(['--as approver person approve 0199…', '--as approver person approve 0199… --yes']))
    .action(async (id: string, given: { yes?: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/persons/requests/${encodeURIComponent(id)}`;
      const request = await api.get<PersonRequest>(path);
      if (given.yes !== true) {
        print.show(request, () => `${requestText(request)}\n\nNothing is done yet: add --yes to approve.`);
        return;
      }
      const approved = await api.post<PersonRequest>(`${path}/approve`, { setDigest: request.setDigest });
      print.show(approved, () => requestText(approved));
    });
}

function addWithdraw(person: Command): void {
  person
    .command('withdraw <request>')
    .description('takes an own request back before anybody has approved it; nothing is exported or erased by it')
    .addHelpText('after', examples(['person withdraw 0199…']))
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/persons/requests/${encodeURIComponent(id)}/withdraw`;
      const withdrawn = await api.post<PersonRequest>(path, {});
      print.show(withdrawn, () => requestText(withdrawn));
    });
}

function addTake(person: Command): void {
  person
    .command('take <request> <folder>')
    .description('save an approved export into a new folder: data.json and the files')
    .addHelpText('after', examples(['person take 0199… ./for-the-person']))
    .action(async (id: string, folder: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      newFolder(folder);
      const taken = await api
        .post<PersonExport>(`/persons/requests/${encodeURIComponent(id)}/take`, {})
        .catch((error: unknown) => {
          rmdirSync(folder);
          throw error;
        });
      writeFileSync(join(folder, 'data.json'), `${JSON.stringify(taken, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
      const files = await saveFiles(api, taken, folder);
      print.show({ folder, dossiers: taken.dossiers.length, files }, () =>
        [
          `${taken.dossiers.length} dossiers and ${files} files are in ${folder}.`,
          'Other people stand in them too: look before you hand them over. Delete the folder when it has served.',
        ].join('\n'),
      );
    });
}

async function saveFiles(api: ApiClient, { requestId, dossiers }: PersonExport, folder: string): Promise<number> {
  const files = dossiers.flatMap((dossier) => dossier.files.map((file) => ({ ...file, dossierId: dossier.dossierId })));
  for (const { dossierId, ref } of files) {
    const body = { file: ref, purpose: 'person-request', reason: `request ${requestId.slice(0, 8)} of a person` };
    await saveFile(await api.openPost(filePath(dossierId), body), join(folder, ref));
  }
  return files.length;
}

function newFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    throw new CliError(`${folder} is there already, or cannot be made.`, EXIT.no);
  }
}

async function numberFromInput(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Identity number: ');
  let text = '';
  for await (const piece of process.stdin) {
    text += String(piece);
    if (text.includes('\n')) break;
  }
  const line = text.split('\n')[0].trim();
  if (line !== '') return line;
  throw new CliError(NUMBER, EXIT.usage);
}

function foundText(found: readonly FoundDossier[]): string {
  if (found.length === 0) return 'No dossier of yours names this person.';
  return tableOf(found, [
    { head: 'code', value: (row) => row.dvcltCode ?? row.dossierId },
    { head: 'one-stop', value: (row) => row.oneStopCode },
    { head: 'unit', value: (row) => row.unit },
    { head: 'state', value: (row) => row.state },
    { head: 'stands in', value: (row) => row.fields.join(' ') },
  ]);
}

function listText(requests: readonly PersonRequest[]): string {
  return tableOf(requests, [
    { head: 'request', value: (row) => row.id },
    { head: 'kind', value: (row) => row.kind },
    { head: 'state', value: (row) => row.state },
    { head: 'dossiers', value: (row) => row.dossiers.length, align: 'right' },
    { head: 'by', value: (row) => row.requestedBy },
    { head: 'until', value: (row) => localTime(row.expiresAt) },
    { head: 'why', value: (row) => row.reason },
  ]);
}

function requestText(request: PersonRequest): string {
  return pairsOf([
    ['request', request.id],
    ['kind', request.kind],
    ['state', request.state],
    ['dossiers', request.dossiers.join(' ')],
    ['why', request.reason],
    ['asked by', request.requestedBy],
    ['to be approved until', localTime(request.expiresAt)],
    ['approved by', request.approvedBy],
    ['approved', localTime(request.approvedAt)],
    ['taken back', localTime(request.withdrawnAt)],
    ...(request.indexIncomplete ? [['careful', INCOMPLETE] as [string, string]] : []),
  ]);
}
