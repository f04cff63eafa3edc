import type { Command } from 'commander';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { contextOf, examples, limitOf } from './context';

interface LegalHold {
  id: string;
  dossierId: string;
  state: string;
  reason: string;
  placedBy: string;
  placedAt: string;
  liftRequestedBy: string | null;
  liftedBy: string | null;
}

/** `lienthong legal-hold …`: while one stands the content of its dossier is not erased. */
export function addLegalHoldCommands(program: Command): void {
  const hold = program.command('legal-hold').description('legal holds: keep a dossier’s content from being erased');
  hold
    .command('place <code>')
    .description('keep a dossier’s content from being erased until two people lift the hold')
    .requiredOption('--reason <text>', 'number of the file or case; no personal data')
    .addHelpText('after', examples(['legal-hold place G22… --reason "case 12/2026 of the court"']))
    .action(async (code: string, given: { reason: string }, command: Command) => {
      await send(command, `/dossiers/${encodeURIComponent(code)}/legal-holds`, given);
    });
  hold
    .command('list')
    .description('newest first')
    .option('--dossier <code>', 'only of this dossier')
    .option('--standing', 'only those that stand')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (given: { dossier?: string; standing?: boolean; limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const query = { dossier: given.dossier, standing: given.standing ? 'true' : undefined };
      const holds = await api.list<LegalHold>('/legal-holds', query, limitOf(given.limit));
      print.show(holds, () => (holds.length === 0 ? 'No legal hold.' : holdsText(holds)));
    });
  hold
    .command('lift <hold>')
    .description('ask for a hold to be lifted; a second person approves it within 24 h')
    .requiredOption('--reason <text>', 'why; no personal data')
    .action(async (id: string, given: { reason: string }, command: Command) => {
      await send(command, `/legal-holds/${encodeURIComponent(id)}/lift`, given);
    });
  hold
    .command('approve-lift <hold>')
    .description('a second person’s yes')
    .addHelpText('after', examples(['--as approver legal-hold approve-lift 0199…']))
    .action(async (id: string, _given: unknown, command: Command) => {
      await send(command, `/legal-holds/${encodeURIComponent(id)}/approve-lift`, {});
    });
}

async function send(command: Command, path: string, body: object): Promise<void> {
  const { api, print } = contextOf(command);
  const hold = await api.post<LegalHold>(path, body);
  print.show(hold, () => holdsText([hold]));
}

function holdsText(holds: readonly LegalHold[]): string {
  return tableOf(holds, [
    { head: 'hold', value: (row) => row.id },
    { head: 'dossier', value: (row) => row.dossierId },
    { head: 'state', value: (row) => row.state },
    { head: 'by', value: (row) => row.placedBy },
    { head: 'since', value: (row) => localTime(row.placedAt) },
    { head: 'lift asked by', value: (row) => row.liftRequestedBy },
    { head: 'lifted by', value: (row) => row.liftedBy },
    { head: 'why', value: (row) => row.reason },
  ]);
}
