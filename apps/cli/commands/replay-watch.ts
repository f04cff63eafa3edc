import type { Command } from 'commander';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples } from './context';

interface Watch {
  id: string;
  selection: Readonly<Record<string, unknown>>;
  action: string;
  reasonCode: string;
  reason: string;
  placedBy: string;
  placedAt: string;
  state: string;
  successes: number;
  probedAt: string | null;
  finding: string | null;
  planId: string | null;
}

interface WatchOptions {
  partner?: string;
  operation?: string;
  group?: string;
  start?: boolean;
  why: string;
  reason: string;
}

/** `lienthong replay watch …`. */
export function addWatchCommands(replay: Command): void {
  const watch = replay
    .command('watch')
    .description('wait until the cause of dead letters is gone, then plan their replay');
  watch
    .command('place')
    .requiredOption('--why <code>', 'reason code, such as partner-recovered (config/replay.yaml)')
    .requiredOption('--reason <text>', 'why; colleagues see it')
    .option('--partner <id>', 'dvclt, hotich, dvcqg or onestop')
    .option('--operation <name>', 'only this operation')
    .option('--group <key>', 'only this group of dead letters (dead-letter groups)')
    .option('--start', 'start the plan at once, where the policy asks for no second person')
    .addHelpText(
      'after',
      examples(['replay watch place --partner dvclt --start --why partner-recovered --reason "ticket 4711"']),
    )
    .action(async ({ partner, operation, group, start, why, reason }: WatchOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const selection = Object.fromEntries(
        Object.entries({ partner, operation, group }).filter(([, value]) => value !== undefined),
      );
      const body = { selection, action: start === true ? 'start' : 'propose', reasonCode: why, reason };
      const placed = await api.post<Watch>('/watches', body);
      print.show(placed, () => watchText(placed));
    });
  watch
    .command('list')
    .option('--all', 'those that watch no more, too')
    .action(async (given: { all?: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.list<Watch>('/watches', given.all ? { all: 'true' } : {}, 200);
      print.show(found, () => (found.length === 0 ? 'Nothing is watched.' : listText(found)));
    });
  watch.command('end <watch>').action(async (id: string, _given: unknown, command: Command) => {
    const { api, print } = contextOf(command);
    const ended = await api.post<Watch>(`/watches/${encodeURIComponent(id)}/end`, {});
    print.show(ended, () => watchText(ended));
  });
}

function listText(watches: readonly Watch[]): string {
  return tableOf(watches, [
    { head: 'watch', value: (row) => row.id },
    { head: 'of', value: ofText },
    { head: 'then', value: (row) => row.action },
    { head: 'state', value: (row) => row.state },
    { head: 'found', value: (row) => row.finding },
    { head: 'good looks', value: (row) => row.successes, align: 'right' },
    { head: 'plan', value: (row) => row.planId },
    { head: 'by', value: (row) => row.placedBy },
  ]);
}

function watchText(watch: Watch): string {
  return pairsOf([
    ['watch', watch.id],
    ['of', ofText(watch)],
    ['then', watch.action === 'start' ? 'start, where the policy allows it' : 'propose a plan'],
    ['why', `${watch.reasonCode}: ${watch.reason}`],
    ['placed', `${localTime(watch.placedAt)} by ${watch.placedBy}`],
    ['state', watch.state],
    ['found', watch.finding],
    ['plan', watch.planId],
  ]);
}

function ofText({ selection }: Watch): string {
  const parts = Object.entries(selection).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? 'all dead letters' : parts.join(', ');
}
