import type { Command } from 'commander';
import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { auditorContext } from './audit-filter';
import type { AuditItem } from './audit-item';
import { storyText } from './audit-story';
import { examples } from './context';

/** More than any dossier has; what is above is told. */
const MOST = 10_000;

/** `lienthong audit dossier CODE`. */
export function addAuditDossier(audit: Command): void {
  audit
    .command('dossier <code>')
    .description('the whole story of one dossier, each line with the index under which it is proven')
    .option('--proof <file>', 'writes the evidence file too: entries, proofs and checkpoint, to be checked offline')
    .option('--purpose <code>', 'what the evidence is for, e.g. complaint; stands in the log')
    .addHelpText(
      'after',
      examples([
        'audit dossier G22.99.08-261125-000001',
        'audit dossier H99.101-261125-0001 --proof evidence.json --purpose complaint',
      ]),
    )
    .action(async (code: string, given: { proof?: string; purpose?: string }, command: Command) => {
      const { api, print } = auditorContext(command);
      if (given.proof !== undefined && existsSync(given.proof))
        throw new CliError(`${given.proof} is there already.`, EXIT.usage);
      const items = await api.list<AuditItem>('/sync-log/entries', { code, order: 'oldest' }, MOST);
      if (items.length === 0) throw new CliError('No sealed entry names this code.', EXIT.no);
      const note = given.proof === undefined ? '' : await saveEvidence(api, { code, file: given.proof, ...given });
      const cut = items.length < MOST ? '' : `\n\nOnly the first ${MOST} entries are told.`;
      print.show(items, () => `${storyText(items)}${cut}${note}`);
    });
}

async function saveEvidence(
  api: ApiClient,
  { code, file, purpose }: { code: string; file: string; purpose?: string },
): Promise<string> {
  const { body } = await api.open('/sync-log/evidence', { code, purpose });
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(body ?? []), createWriteStream(part));
  } catch (error) {
    const { code = 'the answer ended' } = error as { code?: string };
    throw new CliError(`${file} could not be written whole (${code}). Run the command again.`, EXIT.unreachable);
  }
  renameSync(part, file);
  return `\n\nEvidence: ${file}. Anybody can check it without us: npx lienthong-verify ${file} --key synclog.vkey`;
}
