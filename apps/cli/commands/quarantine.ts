import type { Command } from 'commander';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples, limitOf } from './context';

interface QuarantineItem {
  id: string;
  source: string;
  codes: { dvclt?: string; oneStop?: string };
  stage: string;
  reason: string;
  responsible: string;
  firstSeen: string;
  lastSeen: string;
  seen: number;
  state: string;
}

/** `lienthong quarantine …`. */
export function addQuarantineCommands(program: Command): void {
  const quarantine = program.command('quarantine').description('inbound messages that were not understood');
  quarantine
    .command('list')
    .option('--state <state>', 'open, rerun, resolved or given-up')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['quarantine list --state open']))
    .action(async (given: { state?: string; limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const items = await api.list<QuarantineItem>('/quarantine', { state: given.state }, limitOf(given.limit));
      print.show(items, () => (items.length === 0 ? 'Nothing in quarantine.' : listText(items)));
    });
  quarantine.command('show <id>').action(async (id: string, _given: unknown, command: Command) => {
    const { api, print } = contextOf(command);
    const item = await api.get<QuarantineItem>(`/quarantine/${encodeURIComponent(id)}`);
    print.show(item, () => showText(item));
  });
}

function listText(items: readonly QuarantineItem[]): string {
  return tableOf(items, [
    { head: 'item', value: (row) => row.id },
    { head: 'code', value: (row) => row.codes.dvclt ?? row.codes.oneStop },
    { head: 'stage', value: (row) => row.stage },
    { head: 'acts', value: (row) => row.responsible },
    { head: 'seen', value: (row) => row.seen, align: 'right' },
    { head: 'state', value: (row) => row.state },
  ]);
}

function showText(item: QuarantineItem): string {
  return pairsOf([
    ['item', item.id],
    ['from', item.source],
    ['code', item.codes.dvclt ?? item.codes.oneStop],
    ['stage', item.stage],
    ['reason', item.reason],
    ['must act', item.responsible],
    ['first seen', localTime(item.firstSeen)],
    ['last seen', localTime(item.lastSeen)],
    ['times seen', item.seen],
    ['state', item.state],
  ]);
}
