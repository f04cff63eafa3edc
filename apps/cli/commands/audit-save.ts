import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { CliError, EXIT } from '../client/cli-error';
import { auditorContext, filterQuery, withFilter, type FilterOptions } from './audit-filter';
import { examples, type GlobalOptions } from './context';
import { UnfinishedExport, type ExportFormat } from './unfinished-export';

interface SaveOptions extends FilterOptions {
  to: string;
  format: string;
  purpose?: string;
}

/** `lienthong audit save`: entries into a file; a run that broke off is gone on with by the same command. */
export function addAuditSave(audit: Command): void {
  withFilter(audit.command('save'))
    .description('saves all sealed entries that meet all conditions, oldest first; goes on where it broke off')
    .requiredOption('--to <file>', 'the file')
    .option('--format <format>', 'jsonl: the exact bytes of each entry; csv: for a spreadsheet', 'jsonl')
    .option('--purpose <code>', 'what it is for, e.g. inspection; stands in the log')
    .addHelpText(
      'after',
      examples([
        'audit save --to november.jsonl --since 2026-11-01T00:00:00+07:00 --until 2026-12-01T00:00:00+07:00',
        'audit save --to refused.csv --format csv --partner hotich --outcome refused',
      ]),
    )
    .action(async (given: SaveOptions, command: Command) => {
      const format = formatOf(given.format);
      if (existsSync(given.to)) throw new CliError(`${given.to} is there already.`, EXIT.usage);
      const { api, print } = auditorContext(command);
      const query = { ...filterQuery(given), format };
      // Another selection, of another installation or by another account, is not gone on with in the same file.
      const name = createHash('sha256')
        .update(JSON.stringify([{ ...given, to: '', purpose: '' }, whereOf(command)]))
        .digest('hex')
        .slice(0, 8);
      const file = UnfinishedExport.open(`${given.to}.${name}.part`, format);
      const response = await api.open('/sync-log/export', {
        ...query,
        purpose: given.purpose,
        from: file.next === undefined ? undefined : String(file.next),
      });
      const size = Number(response.headers.get('lienthong-log-size'));
      await file.take(response, (next) => tell(next, size));
      renameSync(file.path, given.to);
      print.show({ file: given.to, format, before: size }, () => `${given.to} is whole, up to entry ${size - 1}.`);
    });
}

/** Whose log it is, and who asks: another account may see less. */
function whereOf(command: Command): readonly (string | undefined)[] {
  const { as, data, url } = command.optsWithGlobals<GlobalOptions>();
  return [as, data, url];
}

function tell(next: number, size: number): void {
  if (process.stderr.isTTY) process.stderr.write(`  entry ${next - 1} of ${size - 1}\r`);
}

function formatOf(text: string): ExportFormat {
  if (text === 'jsonl' || text === 'csv') return text;
  throw new CliError('--format is jsonl or csv.', EXIT.usage);
}
