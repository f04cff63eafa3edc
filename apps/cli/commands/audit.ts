import type { Command } from 'commander';
import { addAuditExport } from './audit-export';
import { addAuditSearch } from './audit-search';

/** `lienthong audit …`: the sealed sync log for auditors. */
export function addAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('the sealed sync log: the whole of it, its entries, the story of a dossier');
  addAuditExport(audit);
  addAuditSearch(audit);
}
