import type { Command } from 'commander';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { addAuditDossier } from './audit-dossier';
import { auditorContext, filterQuery, withFilter, type FilterOptions } from './audit-filter';
import { addAuditSave } from './audit-save';
import type { AuditItem } from './audit-item';
import { examples, limitOf } from './context';

/** `lienthong audit search`, `save` and `dossier`: the sealed sync log for people. */
export function addAuditSearch(audit: Command): void {
  withFilter(audit.command('search'))
    .description('sealed entries that meet all conditions, newest first')
    .option('--oldest', 'oldest first')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText(
      'after',
      examples([
        'audit search --code G22.99.08-261125-000001',
        'audit search --partner hotich --outcome refused --since 7d',
        'audit search --kind hold.placed --json',
      ]),
    )
    .action(async (given: FilterOptions & { oldest?: boolean; limit: string }, command: Command) => {
      const { api, print } = auditorContext(command);
      const query = { ...filterQuery(given), order: given.oldest ? 'oldest' : 'newest' };
      const items = await api.list<AuditItem>('/sync-log/entries', query, limitOf(given.limit));
      print.show(items, () => (items.length === 0 ? 'No sealed entry meets these conditions.' : itemsText(items)));
    });
  addAuditSave(audit);
  addAuditDossier(audit);
}

function itemsText(items: readonly AuditItem[]): string {
  return tableOf(items, [
    { head: 'at', value: ({ entry }) => localTime(entry?.at) },
    { head: 'kind', value: ({ entry }) => entry?.kind ?? 'unreadable' },
    { head: 'dossier', value: ({ entry }) => entry?.codes?.[0] ?? entry?.dossierId },
    { head: 'who', value: ({ entry }) => entry?.actor.id },
    { head: 'outcome', value: ({ entry }) => entry?.outcome },
    { head: 'index', value: ({ index }) => index, align: 'right' },
  ]);
}
