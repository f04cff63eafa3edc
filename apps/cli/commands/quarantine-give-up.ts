import type { Command } from 'commander';
import { EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples, limitOf } from './context';
import { itemsText, selectionFrom, skippedText, type QuarantineItem, type SkippedItem } from './quarantine-item';

interface GiveUpRequest {
  id: string;
  state: string;
  items: string[];
  setDigest: string;
  reason: string;
  requestedBy: string;
  requestedAt: string;
  expiresAt: string;
  approvedBy: string | null;
  approvedAt: string | null;
  givenUp: string[] | null;
  skipped: SkippedItem[] | null;
  withdrawnAt: string | null;
  /** Only in the answer to the request. */
  remaining?: number;
}

/** `lienthong quarantine give-up | requests | request | approve | withdraw`. */
export function addGiveUpCommands(quarantine: Command): void {
  quarantine
    .command('give-up [ids...]')
    .description('ask for items or a group to be given up; a second person approves it within 24 h')
    .requiredOption('--reason <text>', 'why; colleagues see it, no personal data')
    .option('--group <key>', 'all open items of this group (quarantine groups)')
    .addHelpText(
      'after',
      examples(['quarantine give-up --group 3f0c9a51d2e87b46 --reason "test dossiers of the training of May"']),
    )
    .action(async (ids: string[], given: { reason: string; group?: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const body = { ...selectionFrom(ids, given.group), reason: given.reason };
      const asked = await api.post<GiveUpRequest>('/quarantine/give-up', body);
      print.show(asked, () => `${requestText(asked)}\n\n${NEXT_STEP}${asked.id}`);
    });
  quarantine
    .command('requests')
    .description('requests to give items up, newest first')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['quarantine requests --as approver']))
    .action(async (given: { limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const requests = await api.list<GiveUpRequest>('/quarantine/requests', {}, limitOf(given.limit));
      print.show(requests, () => (requests.length === 0 ? 'No request.' : listText(requests)));
    });
  quarantine
    .command('request <id>')
    .description('one request, and what its first items are in quarantine for: look before you approve')
    .addHelpText('after', examples(['--as approver quarantine request 0199…']))
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const request = await api.get<GiveUpRequest>(`/quarantine/requests/${encodeURIComponent(id)}`);
      const some = request.items.slice(0, ITEMS_SHOWN);
      const items = await Promise.all(some.map((item) => api.get<QuarantineItem>(`/quarantine/${item}`)));
      print.show(request, () => `${requestText(request)}\n\n${itemsText(items)}`);
    });
  addApprove(quarantine);
  addWithdraw(quarantine);
}

const ITEMS_SHOWN = 20;

const NEXT_STEP = 'A colleague with the role approver runs: npx lienthong --as approver quarantine approve ';

function addApprove(quarantine: Command): void {
  quarantine
    .command('approve <request>')
    .description(
      'a second person’s yes (quarantine request shows what to); exit code 1 when items changed or left since and were not touched',
    )
    .addHelpText('after', examples(['--as approver quarantine approve 0199…']))
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/quarantine/requests/${encodeURIComponent(id)}`;
      const { setDigest } = await api.get<GiveUpRequest>(path);
      const approved = await api.post<GiveUpRequest>(`${path}/approve`, { setDigest });
      print.show(approved, () => requestText(approved));
      if ((approved.skipped ?? []).length > 0) process.exitCode = EXIT.no;
    });
}

function addWithdraw(quarantine: Command): void {
  quarantine
    .command('withdraw <request>')
    .description('takes an own request back before anybody has approved it; its items stay as they are')
    .addHelpText('after', examples(['quarantine withdraw 0199…']))
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/quarantine/requests/${encodeURIComponent(id)}/withdraw`;
      const withdrawn = await api.post<GiveUpRequest>(path, {});
      print.show(withdrawn, () => requestText(withdrawn));
    });
}

function listText(requests: readonly GiveUpRequest[]): string {
  return tableOf(requests, [
    { head: 'request', value: (row) => row.id },
    { head: 'state', value: (row) => row.state },
    { head: 'items', value: (row) => row.items.length, align: 'right' },
    { head: 'by', value: (row) => row.requestedBy },
    { head: 'until', value: (row) => localTime(row.expiresAt) },
    { head: 'why', value: (row) => row.reason },
  ]);
}

function requestText(request: GiveUpRequest): string {
  const pairs = pairsOf([
    ['request', request.id],
    ['state', request.state],
    ['items', request.items.length],
    ...(request.remaining
      ? [['not in this request', `${request.remaining} more of the group: ask again`] as const]
      : []),
    ['why', request.reason],
    ['asked by', request.requestedBy],
    ['to be approved until', localTime(request.expiresAt)],
    ['approved by', request.approvedBy],
    ['taken back', localTime(request.withdrawnAt)],
    ['given up', request.givenUp?.length],
  ]);
  return [pairs, ...skippedText(request.skipped ?? [])].join('\n\n');
}
