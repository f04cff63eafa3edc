import type { Command } from 'commander';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { waitUntil } from '../stack/wait-until';
import { contextOf, examples, limitOf } from './context';

interface QuarantineItem {
  id: string;
  source: string;
  codes: { dvclt?: string; oneStop?: string };
  stage: string;
  reasonCode: string;
  reason: string;
  field: string | null;
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
  quarantine
    .command('rerun <id>')
    .description('run an item again from its stored bytes, after the fix; exit code 1 when it is still broken')
    .option('--no-wait', 'do not wait for the worker')
    .addHelpText('after', examples(['quarantine rerun 0190a1b2-…']))
    .action(async (id: string, given: { wait: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/quarantine/${encodeURIComponent(id)}`;
      const marked = await api.post<QuarantineItem>(`${path}/rerun`, {});
      const item = given.wait ? await ended(api, path) : marked;
      print.show(item, () => showText(item));
      if (item.state === 'open') process.exitCode = EXIT.no;
    });
}

/** A worker looks for marked items twice a second. */
const RERUN_DEADLINE_MS = 60_000;
const ASK_EVERY_MS = 300;

/** The item when the worker is done with it. */
async function ended(api: ApiClient, path: string): Promise<QuarantineItem> {
  let item = await api.get<QuarantineItem>(path);
  const isOver = async (): Promise<boolean> => {
    item = await api.get<QuarantineItem>(path);
    return item.state !== 'rerun';
  };
  if (!(await waitUntil(isOver, RERUN_DEADLINE_MS, ASK_EVERY_MS)))
    throw new CliError(
      'No worker has run the item yet; it stays marked. Does a worker with the role pollers run?',
      EXIT.no,
    );
  return item;
}

function listText(items: readonly QuarantineItem[]): string {
  return tableOf(items, [
    { head: 'item', value: (row) => row.id },
    { head: 'code', value: (row) => row.codes.dvclt ?? row.codes.oneStop },
    { head: 'stage', value: (row) => row.stage },
    { head: 'reason', value: (row) => (row.field ? `${row.reasonCode} (${row.field})` : row.reasonCode) },
    { head: 'acts', value: (row) => row.responsible },
    { head: 'seen', value: (row) => row.seen, align: 'right' },
    { head: 'state', value: (row) => row.state },
  ]);
}

function showText(item: QuarantineItem): string {
  return pairsOf([
    ['item', item.id],
    ['from', item.source],
    ['dossier', item.codes.dvclt ?? item.codes.oneStop],
    ['stage', item.stage],
    ['reason', item.reason],
    ['code', item.reasonCode],
    ['field', item.field],
    ['must act', item.responsible],
    ['first seen', localTime(item.firstSeen)],
    ['last seen', localTime(item.lastSeen)],
    ['times seen', item.seen],
    ['state', item.state],
  ]);
}
