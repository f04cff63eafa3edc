import type { Command } from 'commander';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { addClassifyCommand } from './classify';
import { addGroupsCommand } from './dead-letter-groups';
import { contextOf, examples, limitOf } from './context';

interface Delivery {
  id: string;
  partner: string;
  operation: string;
  dossierId: string;
  dvcltCode: string | null;
  oneStopCode: string | null;
  status: string;
  outcome: string | null;
  reasonCode: string | null;
  reason: { code: string; fields: { field: string; problem: string }[] } | null;
  attempts: number;
  dueAt: string | null;
  createdAt: string;
  settledAt: string | null;
}

interface Attempt {
  number: number;
  kind: string;
  startedAt: string;
  durationMs: number;
  outcome: string;
  wire: string;
  httpStatus: number | null;
  reasonCode: string;
}

type DeliveryDetail = Delivery & {
  attemptList: Attempt[];
  evidence: { attempt: number; code: string; messages: string[]; text: string } | null;
};

interface ListOptions {
  partner?: string;
  status?: string;
  limit: string;
}

/** `lienthong delivery …` and `lienthong dead-letter …`. */
export function addDeliveryCommands(program: Command): void {
  const delivery = program.command('delivery').description('duties to hand a message to a partner');
  delivery
    .command('list')
    .option('--partner <id>', 'dvclt, hotich, dvcqg or onestop')
    .option('--status <status>', 'queued, in-flight, waiting, unknown, settled, dead or cancelled')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['delivery list --status unknown', 'delivery list --partner hotich --limit 50']))
    .action(async (given: ListOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.list<Delivery>(
        '/deliveries',
        { partner: given.partner, status: given.status },
        limitOf(given.limit),
      );
      print.show(found, () => listText(found, 'No delivery.'));
    });
  delivery
    .command('show <id>')
    .description('one delivery with its attempts')
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.get<DeliveryDetail>(`/deliveries/${encodeURIComponent(id)}`);
      print.show(found, () => showText(found));
    });
  addClassifyCommand(delivery);
  const deadLetter = program
    .command('dead-letter')
    .description('deliveries whose automatic handling ended; their lanes are parked');
  addGroupsCommand(deadLetter);
  deadLetter
    .command('list')
    .option('--partner <id>', 'dvclt, hotich, dvcqg or onestop')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['dead-letter list', 'dead-letter list --partner hotich --json']))
    .action(async (given: ListOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.list<Delivery>('/dead-letters', { partner: given.partner }, limitOf(given.limit));
      print.show(found, () => listText(found, 'No dead letter.'));
    });
}

function listText(deliveries: readonly Delivery[], none: string): string {
  if (deliveries.length === 0) return none;
  return tableOf(deliveries, [
    { head: 'delivery', value: (row) => row.id },
    { head: 'to', value: (row) => `${row.partner} ${row.operation}` },
    { head: 'status', value: (row) => row.status },
    { head: 'tries', value: (row) => row.attempts, align: 'right' },
    { head: 'why', value: whyText },
  ]);
}

/** Code, and the fields that it is about. */
function whyText({ reasonCode, reason }: Delivery): string | null {
  const fields = reason?.fields ?? [];
  return fields.length === 0
    ? reasonCode
    : `${reasonCode}: ${fields.map(({ field, problem }) => `${field} ${problem}`).join(', ')}`;
}

/** What the partner wrote, and what to do about it. */
function evidenceText({ id, status, evidence }: DeliveryDetail): string {
  if (evidence === null) return '';
  const said = pairsOf([
    ['partner wrote', evidence.messages.join(' | ') || '(nothing)'],
    ['result code', evidence.code],
    ['as a rule', evidence.text],
  ]);
  const next = `npx lienthong delivery classify ${id} --outcome accepted|already-applied|refused|retry [--scope text] --reason …`;
  return status === 'unknown' ? `\n\n${said}\n\nSay what it means: ${next}` : `\n\n${said}`;
}

function showText(delivery: DeliveryDetail): string {
  const head = pairsOf([
    ['delivery', delivery.id],
    ['to', `${delivery.partner} ${delivery.operation}`],
    ['dossier', delivery.dvcltCode ?? delivery.dossierId],
    ['status', delivery.status],
    ['outcome', delivery.outcome],
    ['why', whyText(delivery)],
    ['made', localTime(delivery.createdAt)],
    ['next', localTime(delivery.dueAt)],
    ['settled', localTime(delivery.settledAt)],
  ]);
  if (delivery.attemptList.length === 0) return `${head}\n\nNo attempt yet.`;
  const attempts = tableOf(delivery.attemptList, [
    { head: '#', value: (row) => row.number, align: 'right' },
    { head: 'kind', value: (row) => row.kind },
    { head: 'started', value: (row) => localTime(row.startedAt) },
    { head: 'ms', value: (row) => row.durationMs, align: 'right' },
    { head: 'wire', value: (row) => row.wire },
    { head: 'http', value: (row) => row.httpStatus, align: 'right' },
    { head: 'outcome', value: (row) => row.outcome },
    { head: 'why', value: (row) => row.reasonCode },
  ]);
  return `${head}${evidenceText(delivery)}\n\n${attempts}`;
}
